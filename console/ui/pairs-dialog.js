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

function matching() {
  const text = sought.value.replace(/[^a-z0-9]/gi, "").toUpperCase();
  return pairs.value.filter(({ symbol }) => symbol.replace("/", "").includes(text));
}

export function pairsDialog() {
  const found = matching();
  return html`
    <label class="search">${icon("search")}<span class="visually-hidden">Find a pair</span>
      <input autofocus type="search" placeholder="BTC, ETH/USDT …" .value=${sought.value}
        @input=${(/** @type {InputEvent} */ event) => {
          sought.value = /** @type {HTMLInputElement} */ (event.target).value;
        }}
        @keydown=${(/** @type {KeyboardEvent} */ event) => {
          // Typed faster than it is drawn: what counts is what has been typed.
          const first = event.key === "Enter" ? matching()[0] : undefined;
          if (first !== undefined) choose(first.symbol);
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
