// @ts-check
/** The live book: asks above, bids below, the spread between them. A press on a level takes its price. */
import { format, ratio, scaleOf } from "../amounts/decimal.js";
import { compact, grouped, sized } from "../amounts/show.js";
import { rowsOf } from "../market/book-view.js";
import { book, bookChanges, feed, pair, scales, ticker, trades, trouble } from "../state/market.js";
import { openOrders } from "../state/orders.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { signal } from "../vendor/signals-core.js";
import { takePrice } from "./ticket-panel.js";

/** @typedef {import("../market/book-view.js").Row} Row */

/** Multiples of the price step that the levels may be put together by. */
const STEPS = [1n, 10n, 100n, 1000n, 10_000n];
const ROW_HEIGHT = 20;

const grouping = signal(1n);
/** Rows that there is room for, on each side. */
const room = signal(12);

/** @param {HTMLElement} panel */
export function watchRoom(panel) {
  new ResizeObserver(() => {
    const area = panel.querySelector(".levels");
    if (area === null) return;
    const spread = panel.querySelector(".spread")?.getBoundingClientRect().height ?? 0;
    room.value = Math.max(3, Math.floor((area.getBoundingClientRect().height - spread) / 2 / ROW_HEIGHT));
  }).observe(panel);
}

export function bookPanel() {
  const current = pair.value;
  return html`
    <div class="panel-head">
      <h2>Order book</h2>
      <label class="quiet">
        <span class="visually-hidden">Put levels together by</span>
        <select @change=${choose} title="Put levels together by">
          ${STEPS.map((step) => html`<option value=${String(step)} ?selected=${step === grouping.value}>${stepText(step)}</option>`)}
        </select>
      </label>
    </div>
    <div class="columns" aria-hidden="true">
      <span>Price <i>${current?.quote ?? ""}</i></span><span>Amount <i>${current?.base ?? ""}</i></span><span>Total</span>
    </div>
    ${levels()}
  `;
}

function levels() {
  void bookChanges.value;
  const { priceScale, quantityScale } = scales.value;
  const priceStep = BigInt((pair.value?.priceStep ?? "1").replace(".", "")) || 1n;
  const step = priceStep * grouping.value;
  const asks = rowsOf(book.asks, "ask", step, room.value);
  const bids = rowsOf(book.bids, "bid", step, room.value);
  const deepest = [asks.at(-1)?.sum ?? 0n, bids.at(-1)?.sum ?? 0n].reduce((a, b) => (a > b ? a : b));
  const own = ownPrices(step);
  const row = (/** @type {Row} */ each, /** @type {"ask" | "bid"} */ kind, /** @type {number} */ index) => {
    const price = format({ units: each.units, scale: priceScale });
    const amount = sized(format({ units: each.lots, scale: quantityScale }));
    return html`<button class="level ${kind}" tabindex=${index === 0 ? 0 : -1} data-price=${price}
        .style=${`--fill:${ratio(each.sum, deepest)}`} @click=${() => takePrice(price)}>
      <span class="price"><span class="visually-hidden">${kind === "ask" ? "Ask" : "Bid"} </span>${own.has(`${kind}${each.units}`) ? html`<i class="own" title="Your order"></i>` : null}${grouped(price)}</span>
      <span>${amount}</span><span>${compact(format({ units: each.sum, scale: quantityScale }), 4)}</span>
    </button>`;
  };
  const isEmpty = asks.length === 0 && bids.length === 0;
  return html`
    <div class="levels ${feed.value === "live" || feed.value === "polling" ? "" : "stale"}" @keydown=${move}>
      <div class="book-side asks" role="group" aria-label="Asks">
        ${asks.length === 0 ? html`<p class="empty">${isEmpty ? "" : "No asks"}</p>` : null}
        ${asks.toReversed().map((each, index) => row(each, "ask", asks.length - 1 - index))}
      </div>
      ${spread(asks[0], bids[0])}
      <div class="book-side bids" role="group" aria-label="Bids">
        ${bids.map((each, index) => row(each, "bid", index))}
        ${bids.length === 0 ? html`<p class="empty">${isEmpty ? emptyText() : "No bids"}</p>` : null}
      </div>
    </div>
  `;
}

function emptyText() {
  if (trouble.value !== null) return trouble.value;
  return book.sequence === null
    ? "Loading the book…"
    : "The book is empty. The first order makes the market.";
}

/** @param {Row | undefined} ask @param {Row | undefined} bid */
function spread(ask, bid) {
  const { priceScale } = scales.value;
  const last = trades.value?.[0];
  const bestAsk = book.asks[0];
  const bestBid = book.bids[0];
  const gap = bestAsk !== undefined && bestBid !== undefined ? bestAsk.units - bestBid.units : null;
  const percent =
    gap === null || bestAsk === undefined
      ? ""
      : `${format({ units: (gap * 1_000_000n) / bestAsk.units, scale: 4 }, 3)}%`;
  const tone = last === undefined ? "" : last.takerSide === "BUY" ? "up" : "down";
  return html`<div class="spread">
    <b class=${tone}>${grouped(last?.price ?? ticker.value?.last)}<span aria-hidden="true">${tone === "up" ? " ↑" : tone === "down" ? " ↓" : ""}</span></b>
    <span title="Spread">${gap === null ? ((ask ?? bid) ? "one side" : "") : html`Spread ${grouped(format({ units: gap, scale: priceScale }))} <i>${percent}</i>`}</span>
  </div>`;
}

/** Where the caller's own orders stand. @param {bigint} step */
function ownPrices(step) {
  const { priceScale } = scales.value;
  const marks = new Set();
  for (const order of openOrders.value ?? []) {
    if (order.symbol !== pair.value?.symbol || order.price === null || order.status === "PENDING") continue;
    const units = BigInt(order.price.replace(".", ""));
    const below = (units / step) * step;
    const price = order.side === "SELL" && below !== units ? below + step : below;
    if (scaleOf(order.price) === priceScale) marks.add(`${order.side === "SELL" ? "ask" : "bid"}${price}`);
  }
  return marks;
}

/** @param {bigint} step */
function stepText(step) {
  const priceStep = pair.value?.priceStep ?? "0.01";
  return format({ units: BigInt(priceStep.replace(".", "")) * step, scale: scaleOf(priceStep) }).replace(
    /\.0+$|(?<=\.[0-9]*[1-9])0+$/,
    "",
  );
}

/** @param {Event} event */
function choose(event) {
  grouping.value = BigInt(/** @type {HTMLSelectElement} */ (event.target).value);
}

/** Up and down through the levels. @param {KeyboardEvent} event */
function move(event) {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  const rows = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")];
  const at = rows.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
