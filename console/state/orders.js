// @ts-check
/** The caller's own orders and trades: REST first, then the stream's changes. */
import { batch, computed, signal } from "../vendor/signals-core.js";

/**
 * @typedef {import("../../api/schemas/order.ts").OrderBody} Order
 * @typedef {import("../../api/schemas/market.ts").OwnTradeBody} OwnTrade
 * @typedef {import("../net/api.js").Api} Api
 * @typedef {import("../../api/schemas/stream.ts").StreamMessage} StreamMessage
 */

const PAGE = 50;
const KEPT = 500;
const LIVE = "OPEN,PARTIALLY_FILLED,PENDING";
const LIVE_STATUSES = new Set(LIVE.split(","));

/** @param {Order} order */
export const isLive = (order) => LIVE_STATUSES.has(order.status);

/** By id. @type {import("../vendor/signals-core.js").Signal<ReadonlyMap<string, Order> | null>} */
const known = signal(/** @type {ReadonlyMap<string, Order> | null} */ (null));
/** @type {import("../vendor/signals-core.js").Signal<readonly OwnTrade[] | null>} */
export const ownTrades = signal(/** @type {readonly OwnTrade[] | null} */ (null));
/** @type {import("../vendor/signals-core.js").Signal<string | null>} */
export const olderOrders = signal(/** @type {string | null} */ (null));
/** @type {import("../vendor/signals-core.js").Signal<string | null>} */
export const olderTrades = signal(/** @type {string | null} */ (null));

/** Why they cannot be read, in words. @type {import("../vendor/signals-core.js").Signal<string | null>} */
export const trouble = signal(/** @type {string | null} */ (null));

const newestFirst = (/** @type {Order} */ left, /** @type {Order} */ right) =>
  left.orderId < right.orderId ? 1 : -1;
const all = computed(() => (known.value === null ? null : [...known.value.values()].sort(newestFirst)));
/** Null while they are not known. */
export const openOrders = computed(() => all.value?.filter(isLive) ?? null);
export const history = computed(() => all.value?.filter((order) => !isLive(order)) ?? null);

/** Told of every change that the stream or an answer brings, before it is kept. @type {Set<(order: Order, before: Order | undefined) => void>} */
export const watchers = new Set();

export function forget() {
  batch(() => {
    known.value = null;
    ownTrades.value = null;
    olderOrders.value = null;
    olderTrades.value = null;
    trouble.value = null;
  });
}

/** @param {Api} api */
export async function load(api) {
  const knownBefore = new Set(known.peek()?.keys());
  const [live, page, fills] = await Promise.all([
    /** @type {Promise<{ orders: Order[] }>} */ (api.get(`/orders?status=${LIVE}&limit=1000`)),
    /** @type {Promise<{ orders: Order[], nextCursor: string | null }>} */ (api.get(`/orders?limit=${PAGE}`)),
    /** @type {Promise<{ trades: OwnTrade[], nextCursor: string | null }>} */ (
      api.get(`/trades?limit=${PAGE}`)
    ),
  ]);
  batch(() => {
    keep([...page.orders, ...live.orders]);
    for (const { orderId } of [...page.orders, ...live.orders]) knownBefore.delete(orderId);
    dropEnded(knownBefore);
    addTrades(fills.trades);
    if (olderOrders.peek() === null) olderOrders.value = page.nextCursor;
    if (olderTrades.peek() === null) olderTrades.value = fills.nextCursor;
  });
}

/**
 * Orders that were live, and that the records tell no more as such, are forgotten; what became known meanwhile stays.
 * @param {ReadonlySet<string>} gone
 */
function dropEnded(gone) {
  const kept = [...(known.peek() ?? [])].filter(([orderId, order]) => !gone.has(orderId) || !isLive(order));
  known.value = new Map(kept);
}

/** @param {Api} api */
export async function loadOlderOrders(api) {
  const cursor = olderOrders.peek();
  if (cursor === null) return;
  const path = `/orders?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`;
  const page = /** @type {{ orders: Order[], nextCursor: string | null }} */ (await api.get(path));
  batch(() => {
    keep(page.orders);
    olderOrders.value = page.nextCursor;
  });
}

/** @param {Api} api */
export async function loadOlderTrades(api) {
  const cursor = olderTrades.peek();
  if (cursor === null) return;
  const path = `/trades?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`;
  const page = /** @type {{ trades: OwnTrade[], nextCursor: string | null }} */ (await api.get(path));
  batch(() => {
    addTrades(page.trades);
    olderTrades.value = page.nextCursor;
  });
}

/**
 * Keeps each order unless a later state of it is known: answers and the stream overtake each other.
 * @param {readonly Order[]} orders
 */
export function keep(orders) {
  const next = new Map(known.peek());
  for (const order of orders) {
    const before = next.get(order.orderId);
    if (before !== undefined && (before.sequence ?? 0) > (order.sequence ?? 0)) continue;
    if (before !== undefined && before.sequence === order.sequence && before.status === order.status)
      continue;
    next.set(order.orderId, order);
    for (const watcher of watchers) watcher(order, before);
  }
  known.value = next;
}

/** @param {readonly OwnTrade[]} added */
function addTrades(added) {
  const byId = new Map((ownTrades.peek() ?? []).map((trade) => [trade.tradeId + trade.orderId, trade]));
  for (const trade of added) byId.set(trade.tradeId + trade.orderId, trade);
  const sorted = [...byId.values()].sort((left, right) => (left.tradeId < right.tradeId ? 1 : -1));
  ownTrades.value = sorted.slice(0, KEPT);
}

/**
 * One message of the `orders` channel.
 * @param {StreamMessage} message
 * @returns {"reload" | null} "reload": some of what happened can only be read from the records
 */
export function hear(message) {
  if (message.type === "orders.update") {
    batch(() => {
      keep(message.orders);
      addTrades(message.fills);
    });
  }
  if (message.type === "orders.snapshot") {
    batch(() => keep(message.orders));
    if (message.complete) return "reload";
  }
  return null;
}
