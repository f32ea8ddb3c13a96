// @ts-check
/** Picking a pair: type a part of its name, arrow keys, Enter. */
import { pair, pairs } from "../state/market.js";
import { lastPair } from "../state/settings.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";
import { closeDialog } from "./dialogs.js";
import { icon } from "./icons.js";

const sought = signal("");

/** @param {string} symbol */
function choose(symbol) {
  lastPair.value = symbol;
  sought.value = "";
  closeDialog();
}

export function pairsDialog() {
  const text = sought.value.replace(/[^a-z0-9]/gi, "").toUpperCase();
  const found = pairs.value.filter(({ symbol }) => symbol.replace("/", "").includes(text));
  return html`
    <label class="search">${icon("search")}<span class="visually-hidden">Find a pair</span>
      <input autofocus type="search" placeholder="BTC, ETH/USDT …" .value=${sought.value}
        @input=${(/** @type {InputEvent} */ event) => {
          sought.value = /** @type {HTMLInputElement} */ (event.target).value;
        }}
        @keydown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Enter" && found[0] !== undefined) choose(found[0].symbol);
          if (event.key === "ArrowDown") focusRow(event, 0);
        }}></label>
    <ul class="pairs">${found.map(
      (
        each,
        index,
      ) => html`<li><button aria-current=${each.symbol === pair.value?.symbol} @click=${() => choose(each.symbol)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key === "ArrowDown") focusRow(event, index + 1);
          if (event.key === "ArrowUp") focusRow(event, index - 1);
        }}>
        <b>${each.base}<i>/${each.quote}</i></b>
        <span>${each.status === "ACTIVE" ? html`tick ${each.priceStep}` : each.status.toLowerCase()}</span></button></li>`,
    )}</ul>
    ${found.length === 0 ? html`<p class="empty">No pair of that name.</p>` : null}`;
}

/** @param {KeyboardEvent} event @param {number} index */
function focusRow(event, index) {
  event.preventDefault();
  const body = /** @type {HTMLElement} */ (event.target).closest(".dialog-body");
  const rows = body?.querySelectorAll(".pairs button");
  /** @type {HTMLElement | undefined} */ (index < 0 ? body?.querySelector("input") : rows?.[index])?.focus();
}
