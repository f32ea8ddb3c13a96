// @ts-check
/** The caller's open orders, order history and trades. */
import { grouped, moment, NOTHING, percentOf, trimmed, words } from "../amounts/show.js";
import { api, cancel } from "../state/actions.js";
import { pair } from "../state/market.js";
import {
  history,
  loadOlderOrders,
  loadOlderTrades,
  olderOrders,
  olderTrades,
  openOrders,
  ownTrades,
  trouble,
} from "../state/orders.js";
import { caller } from "../state/session.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { computed, signal } from "../vendor/signals-core.js";
import { openAmend, openDialog } from "./dialogs.js";
import { tabList } from "./tabs.js";

/**
 * @typedef {import("../state/orders.js").Order} Order
 * @typedef {import("../state/orders.js").OwnTrade} OwnTrade
 * @typedef {"open" | "history" | "trades"} Sheet
 */

/** @type {import("../vendor/signals-core.js").Signal<Sheet>} */
export const sheet = signal(/** @type {Sheet} */ ("open"));
const onlyThisPair = signal(false);

/** @template {{ symbol: string }} T @param {readonly T[] | null} list */
const shown = (list) =>
  onlyThisPair.value ? (list?.filter(({ symbol }) => symbol === pair.value?.symbol) ?? null) : list;
const shownOpen = computed(() => shown(openOrders.value));

/** Orders that a cancel of everything would reach, as shown. */
export const cancelScope = () => (onlyThisPair.peek() ? (pair.peek()?.symbol ?? null) : null);

export function ledgerPanel() {
  const count = openOrders.value?.length ?? 0;
  return html`
    <div class="panel-head">
      ${tabList(
        "Orders and trades",
        "sheet",
        [
          ["open", `Open orders${count > 0 ? ` (${count})` : ""}`],
          ["history", "Order history"],
          ["trades", "My trades"],
        ],
        sheet.value,
        (name) => {
          sheet.value = /** @type {Sheet} */ (name);
        },
      )}
      <div class="spacer"></div>
      <label class="check quiet"><input type="checkbox" .checked=${onlyThisPair.value}
        @change=${(/** @type {Event} */ event) => {
          onlyThisPair.value = /** @type {HTMLInputElement} */ (event.target).checked;
        }}><span>This pair only</span></label>
      <button class="small danger" ?disabled=${(shownOpen.value?.length ?? 0) === 0} title="Cancel all (X)" @click=${() => openDialog("cancel-all")}>Cancel all</button>
    </div>
    <div class="sheet" id="sheet-panel" role="tabpanel" aria-labelledby="sheet-${sheet.value}" tabindex="0">${content()}</div>
  `;
}

function content() {
  if (caller.value === null) {
    return html`<div class="empty"><p>Log in to see your orders.</p><button class="small" @click=${() => openDialog("account")}>Log in</button></div>`;
  }
  if (trouble.value !== null && openOrders.value === null) {
    return html`<div class="empty"><p role="alert">${trouble.value}</p><button class="small" @click=${() => openDialog("account")}>Log in as somebody else</button></div>`;
  }
  if (sheet.value === "open") return openSheet(shownOpen.value);
  if (sheet.value === "history") return historySheet(shown(history.value));
  return tradeSheet(shown(ownTrades.value));
}

/** @param {readonly Order[] | null} orders */
function openSheet(orders) {
  if (orders === null) return html`<p class="empty loading">Loading…</p>`;
  if (orders.length === 0) return html`<p class="empty">No open orders. What rests or waits stands here.</p>`;
  return html`<table><caption class="visually-hidden">Open orders</caption>
    <thead><tr><th>Time</th><th>Pair</th><th>Side</th><th>Type</th><th class="n">Price</th><th class="n">Trigger</th><th class="n">Amount</th><th class="n">Filled</th><th>Terms</th><th><span class="visually-hidden">Actions</span></th></tr></thead>
    <tbody>${repeat(orders, ({ orderId }) => orderId, openRow)}</tbody></table>`;
}

/** @param {Order} order */
function openRow(order) {
  const filled = order.quantity === null ? NOTHING : percentOf(order.filledQuantity, order.quantity);
  return html`<tr data-order=${order.orderId} tabindex="0" @keydown=${(/** @type {KeyboardEvent} */ event) => onRowKey(event, order)}>
    <td data-label="Time"><time datetime=${order.createdAt}>${moment(order.createdAt)}</time></td><td data-label="Pair">${order.symbol}</td>
    <td data-label="Side" class=${order.side === "BUY" ? "up" : "down"}>${words(order.side)}</td><td data-label="Type">${kindOf(order)}</td>
    <td data-label="Price" class="n">${grouped(order.price)}</td><td data-label="Trigger" class="n">${triggerOf(order)}</td>
    <td data-label="Amount" class="n">${trimmed(order.quantity, 2)}</td><td data-label="Filled" class="n">${filled}</td><td data-label="Terms" class="terms">${termsOf(order)}</td>
    <td class="acts">
      <button class="small" title="Amend (A)" @click=${() => openAmend(order)}>Amend</button>
      <button class="small" title="Cancel (Delete)" @click=${() => void cancel(order)}>Cancel</button>
    </td></tr>`;
}

/** @param {KeyboardEvent} event @param {Order} order */
function onRowKey(event, order) {
  if (event.target !== event.currentTarget) return;
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  const next =
    event.key === "ArrowDown"
      ? row.nextElementSibling
      : event.key === "ArrowUp"
        ? row.previousElementSibling
        : null;
  if (next !== null) {
    /** @type {HTMLElement} */ (next).focus();
    event.preventDefault();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    void cancel(order);
    event.stopPropagation();
  } else if (event.key === "a" || event.key === "Enter") {
    openAmend(order);
    event.stopPropagation();
    event.preventDefault();
  }
}

/** @param {readonly Order[] | null} orders */
function historySheet(orders) {
  if (orders === null) return html`<p class="empty loading">Loading…</p>`;
  if (orders.length === 0) return html`<p class="empty">No order has ended yet.</p>`;
  return html`<table><caption class="visually-hidden">Order history</caption>
    <thead><tr><th>Time</th><th>Pair</th><th>Side</th><th>Type</th><th class="n">Price</th><th class="n">Average</th><th class="n">Amount</th><th class="n">Filled</th><th>Status</th></tr></thead>
    <tbody>${repeat(
      orders,
      ({ orderId }) => orderId,
      (
        order,
      ) => html`<tr><td data-label="Time"><time datetime=${order.updatedAt}>${moment(order.updatedAt)}</time></td><td data-label="Pair">${order.symbol}</td>
        <td data-label="Side" class=${order.side === "BUY" ? "up" : "down"}>${words(order.side)}</td><td data-label="Type">${kindOf(order)}</td>
        <td data-label="Price" class="n">${grouped(order.price)}</td><td data-label="Average" class="n">${trimmed(order.averagePrice, 2)}</td>
        <td data-label="Amount" class="n">${order.quantity === null ? html`${grouped(order.quoteQuantity)} <i>${order.symbol.split("/")[1]}</i>` : trimmed(order.quantity, 2)}</td><td data-label="Filled" class="n">${trimmed(order.filledQuantity, 2)}</td>
        <td data-label="Status"><span class="status ${order.status.toLowerCase()}">${words(order.status)}</span>${order.reason === null ? nothing : html` <small>${reasonText(order)}</small>`}</td></tr>`,
    )}</tbody></table>
    ${olderOrders.value === null ? nothing : html`<button class="small more" @click=${() => void loadOlderOrders(api)}>Older orders</button>`}`;
}

/** @param {readonly OwnTrade[] | null} trades */
function tradeSheet(trades) {
  if (trades === null) return html`<p class="empty loading">Loading…</p>`;
  if (trades.length === 0) return html`<p class="empty">No trades yet.</p>`;
  return html`<table><caption class="visually-hidden">My trades</caption>
    <thead><tr><th>Time</th><th>Pair</th><th>Side</th><th class="n">Price</th><th class="n">Amount</th><th class="n">Total</th><th>As</th></tr></thead>
    <tbody>${repeat(
      trades,
      ({ tradeId, orderId }) => tradeId + orderId,
      (
        trade,
      ) => html`<tr><td data-label="Time"><time datetime=${trade.executedAt}>${moment(trade.executedAt)}</time></td><td data-label="Pair">${trade.symbol}</td>
        <td data-label="Side" class=${trade.side === "BUY" ? "up" : "down"}>${words(trade.side)}</td><td data-label="Price" class="n">${grouped(trade.price)}</td>
        <td data-label="Amount" class="n">${trimmed(trade.quantity, 2)}</td><td data-label="Total" class="n">${trimmed(trade.quoteQuantity, 2)}</td><td data-label="As">${words(trade.liquidity)}</td></tr>`,
    )}</tbody></table>
    ${olderTrades.value === null ? nothing : html`<button class="small more" @click=${() => void loadOlderTrades(api)}>Older trades</button>`}`;
}

/** @param {Order} order */
function kindOf(order) {
  return order.listId === null ? words(order.type) : `${words(order.type)} (OCO)`;
}

/** @param {Order} order */
function triggerOf(order) {
  if (order.stopPrice !== null) return grouped(order.stopPrice);
  if (order.trailingDelta !== null) return `${order.trailingDelta} bps`;
  return order.trailingAmount === null ? NOTHING : `± ${grouped(order.trailingAmount)}`;
}

/** @param {Order} order */
function termsOf(order) {
  /** @type {string[]} */
  const parts = [order.timeInForce];
  if (order.postOnly) parts.push("post only");
  if (order.displayQuantity !== null) parts.push(`shows ${trimmed(order.displayQuantity)}`);
  if (order.expireAt !== null) parts.push(`until ${moment(order.expireAt)}`);
  if (order.status === "PENDING") parts.push("waiting");
  return parts.join(" · ");
}

/** The reason repeats the status in its first word: "Expired immediate or cancel". @param {Order} order */
function reasonText(order) {
  const text = words(order.reason ?? "");
  const status = words(order.status);
  return text.startsWith(status) ? text.slice(status.length).trim() : text;
}
