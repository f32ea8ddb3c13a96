// @ts-check
/** Amending one order: what it has can be changed; what is left as it is is not sent. */
import { amend } from "../state/actions.js";
import { pairs } from "../state/market.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { effect, signal } from "../vendor/signals-core.js";
import { amendedOrder, closeDialog } from "./dialogs.js";
import { field, problemBox, stepAmount } from "./fields.js";

/**
 * @typedef {import("../state/orders.js").Order} Order
 * @typedef {"price" | "quantity" | "stopPrice" | "trailingDelta" | "trailingAmount" | "activationPrice" | "displayQuantity"} Name
 */

/** @type {readonly (readonly [name: Name, label: string, unit: "priceStep" | "quantityStep" | "bps"])[]} */
const FIELDS = [
  ["price", "Price", "priceStep"],
  ["stopPrice", "Stop price", "priceStep"],
  ["trailingDelta", "Trail by", "bps"],
  ["trailingAmount", "Trail by", "priceStep"],
  ["activationPrice", "Activate at", "priceStep"],
  ["quantity", "Total amount", "quantityStep"],
  ["displayQuantity", "Show at most", "quantityStep"],
];

const changes = signal(/** @type {Partial<Record<Name, string>>} */ ({}));
const refusal = signal(/** @type {import("../../api/problem.ts").Problem | null} */ (null));

// Another order: a form without changes.
effect(() => {
  void amendedOrder.value;
  changes.value = {};
  refusal.value = null;
});

export function amendDialog() {
  const order = amendedOrder.value;
  if (order === null) return nothing;
  const pair = pairs.value.find(({ symbol }) => symbol === order.symbol);
  const faults = new Map(
    refusal.value?.errors?.map(({ pointer = "", detail }) => [pointer.slice(1), detail]),
  );
  const input = (/** @type {typeof FIELDS[number]} */ [name, label, unit], /** @type {number} */ index) =>
    field({
      id: `amend-${name}`,
      label,
      unit: unit === "bps" ? "bps" : ((unit === "priceStep" ? pair?.quote : pair?.base) ?? ""),
      fault: faults.get(name),
      control: (
        attributes,
      ) => html`<input id=${attributes.id} inputmode="decimal" aria-invalid=${attributes.invalid} aria-describedby=${attributes.describedBy}
        ?autofocus=${index === 0} .value=${live(changes.value[name] ?? String(order[name]))}
        @input=${(/** @type {InputEvent} */ event) => set(name, /** @type {HTMLInputElement} */ (event.target).value.replaceAll(",", ""))}
        @keydown=${(/** @type {KeyboardEvent} */ event) => stepAmount(event, unit === "bps" ? "1" : (pair?.[unit] ?? "1"), (text) => set(name, text))}>`,
    });
  return html`<form autocomplete="off" novalidate @submit=${(/** @type {SubmitEvent} */ event) => void submit(event, order)}>
    <p class="hint">${order.side === "BUY" ? "Buy" : "Sell"} ${order.symbol}. A smaller amount keeps its place in the queue; a new price or a larger amount loses it.</p>
    ${FIELDS.filter(([name]) => order[name] !== null).map(input)}
    ${refusal.value === null ? nothing : problemBox(refusal.value)}
    <div class="acts"><button type="button" class="small" @click=${closeDialog}>Leave it</button><button class="small primary">Amend</button></div>
  </form>`;
}

/** @param {Name} name @param {string} text */
function set(name, text) {
  changes.value = { ...changes.peek(), [name]: text };
}

/** @param {SubmitEvent} event @param {Order} order */
async function submit(event, order) {
  event.preventDefault();
  const changed = Object.entries(changes.peek()).filter(
    ([name, text]) => text !== String(order[/** @type {Name} */ (name)]),
  );
  const body = changed.map(([name, text]) => [
    name,
    name === "trailingDelta" && /^[0-9]+$/.test(text) ? Number(text) : text.trim(),
  ]);
  refusal.value = await amend(order, Object.fromEntries(body));
  if (refusal.peek() === null) closeDialog();
}
