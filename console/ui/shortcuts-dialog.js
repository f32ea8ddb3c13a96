// @ts-check
import { singleKeys } from "../state/settings.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";

/** The keys of shortcuts.js, and those of single panels. @type {readonly (readonly [keys: readonly string[], what: string])[]} */
const KEYS = [
  [["P", "/"], "Pick a pair"],
  [["B"], "Buy: to the ticket"],
  [["S"], "Sell: to the ticket"],
  [["1", "…", "6"], "Type of order"],
  [["Ctrl", "Enter"], "Send the order"],
  [["↑", "↓"], "In an amount: a step more or less, ten with Shift"],
  [["O"], "Open orders: arrow keys, A to amend, Delete to cancel"],
  [["H"], "Order history"],
  [["T"], "My trades"],
  [["X"], "Cancel all open orders"],
  [["K"], "Order book: arrow keys, Enter takes the price"],
  [["C"], "Candles or depth chart"],
  [["D"], "Dark or light"],
  [["L"], "Who trades"],
  [["?"], "This list"],
  [["Esc"], "Out of a field or a dialog"],
];

export function shortcutsDialog() {
  return html`${singleKeys.value === "off" ? html`<p class="hint">Keys of one letter are switched off in the settings.</p>` : nothing}
    <dl class="keys">${KEYS.map(([keys, what]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd></div>`)}</dl>`;
}
