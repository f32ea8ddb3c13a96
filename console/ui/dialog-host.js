// @ts-check
/** Shows the dialog that is open. */
import { html } from "../vendor/lit-html/lit-html.js";
import { accountDialog } from "./account-dialog.js";
import { amendDialog } from "./amend-dialog.js";
import { cancelAllDialog } from "./cancel-all-dialog.js";
import { closeDialog, openedDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { pairsDialog } from "./pairs-dialog.js";
import { settingsDialog } from "./settings-dialog.js";
import { shortcutsDialog } from "./shortcuts-dialog.js";
import { view } from "./view.js";

/** @type {Readonly<Record<import("./dialogs.js").DialogName, readonly [title: string, body: () => unknown]>>} */
const DIALOGS = {
  pairs: ["Pairs", pairsDialog],
  account: ["Who trades", accountDialog],
  settings: ["Settings", settingsDialog],
  shortcuts: ["Keyboard", shortcutsDialog],
  amend: ["Amend order", amendDialog],
  "cancel-all": ["Cancel all orders", cancelAllDialog],
};

/** @param {HTMLElement} host */
export function hostDialogs(host) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("close", closeDialog);
  // A press on the backdrop is one on the dialog itself, outside of what is in it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  host.append(dialog);
  view(dialog, () => {
    const name = openedDialog.value;
    // Shown once its content stands in it, so that the focus finds its place.
    queueMicrotask(() => {
      if (name !== null && !dialog.open) dialog.showModal();
      else if (name === null && dialog.open) dialog.close();
    });
    if (name === null) return null;
    const [title, body] = DIALOGS[name];
    return html`<div class="dialog-body">
      <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
        <button class="tool" aria-label="Close" @click=${() => dialog.close()}>${icon("close")}</button></div>
      ${body()}</div>`;
  });
}
