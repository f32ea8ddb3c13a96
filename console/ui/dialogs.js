// @ts-check
/** Which dialog is open. Native dialogs keep the focus inside and give it back. */
import { signal } from "../vendor/signals-core.js";

/** @typedef {"pairs" | "account" | "settings" | "shortcuts" | "amend" | "cancel-all"} DialogName */
/** @typedef {import("../state/orders.js").Order} Order */

/** @type {import("../vendor/signals-core.js").Signal<DialogName | null>} */
export const openedDialog = signal(/** @type {DialogName | null} */ (null));
/** @type {import("../vendor/signals-core.js").Signal<Order | null>} */
export const amendedOrder = signal(/** @type {Order | null} */ (null));

/** @param {DialogName} name */
export function openDialog(name) {
  openedDialog.value = name;
}

/** @param {Order} order */
export function openAmend(order) {
  // A copy: the same order again is a form without changes again.
  amendedOrder.value = { ...order };
  openedDialog.value = "amend";
}

export function closeDialog() {
  openedDialog.value = null;
}
