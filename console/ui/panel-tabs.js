// @ts-check
/** On a small screen one panel shows at a time. */
import { html } from "../vendor/lit-html/lit-html.js";
import { effect, signal } from "../vendor/signals-core.js";
import { place } from "./view.js";

/** @typedef {"chart" | "book" | "tape" | "ticket" | "ledger"} PanelName */

/** @type {readonly (readonly [name: PanelName, label: string])[]} */
const PANELS = [
  ["chart", "Chart"],
  ["book", "Book"],
  ["ticket", "Trade"],
  ["tape", "Trades"],
  ["ledger", "Orders"],
];

const shown = signal(/** @type {PanelName} */ ("chart"));

/** @param {PanelName} name */
export function showPanel(name) {
  shown.value = name;
}

export const shownPanel = () => shown.peek();

export function followPanel() {
  effect(() => {
    place("desk").dataset["tab"] = shown.value;
  });
}

export function panelTabs() {
  return PANELS.map(
    ([name, label]) =>
      html`<button aria-current=${name === shown.value ? "page" : "false"} @click=${() => showPanel(name)}>${label}</button>`,
  );
}
