// @ts-check
/** What is known of the pair that is looked at: REST first, then the stream's changes. */
import { scaleOf } from "../amounts/decimal.js";
import { Book } from "../market/book.js";
import { batch, computed, signal } from "../vendor/signals-core.js";
import { INTERVALS, interval, lastPair } from "./settings.js";

/**
 * @typedef {import("../../api/schemas/market.ts").SymbolBody} Pair
 * @typedef {import("../../api/schemas/stream-market.ts").StreamTrade} Trade
 * @typedef {import("../../api/schemas/stream.ts").StreamMessage} StreamMessage
 * @typedef {import("../../api/schemas/stream.ts").StreamMessageOf<"ticker">} TickerMessage
 * @typedef {Omit<TickerMessage, "type" | "channel">} Ticker
 * @typedef {Omit<import("../../api/schemas/stream.ts").StreamMessageOf<"candle">, "type" | "channel" | "closed" | "symbol" | "interval">} Candle
 * @typedef {"connecting" | "live" | "resyncing" | "polling" | "offline"} FeedState
 * @typedef {{ readonly sequence: number, readonly bids: readonly { price: string, quantity: string, orders: number }[], readonly asks: readonly { price: string, quantity: string, orders: number }[] }} Depth
 */

const KEPT_TRADES = 100;
const DEPTH_LEVELS = 1000;
/** A younger market than this many minutes with trades is shown in seconds. */
const YOUNG_MINUTES = 15;
const CANDLES = 500;

/** @type {import("../vendor/signals-core.js").Signal<readonly Pair[]>} */
export const pairs = signal(/** @type {readonly Pair[]} */ ([]));
/** @type {import("../vendor/signals-core.js").ReadonlySignal<Pair | null>} */
export const pair = computed(
  () => pairs.value.find(({ symbol }) => symbol === lastPair.value) ?? pairs.value[0] ?? null,
);
/** Its name alone: another status or another limit is not another pair. */
export const symbol = computed(() => pair.value?.symbol ?? null);
export const scales = computed(() => ({
  priceScale: scaleOf(pair.value?.priceStep ?? "0.01"),
  quantityScale: scaleOf(pair.value?.quantityStep ?? "0.01"),
}));

/** The book changes in place: who shows it follows `bookChanges`. */
export let book = new Book(scales.peek());
export const bookChanges = signal(0);
/** Newest first; null while they are not known. @type {import("../vendor/signals-core.js").Signal<readonly Trade[] | null>} */
export const trades = signal(/** @type {readonly Trade[] | null} */ (null));
/** @type {import("../vendor/signals-core.js").Signal<Ticker | null>} */
export const ticker = signal(/** @type {Ticker | null} */ (null));
/** Oldest first; null while they are not known. @type {import("../vendor/signals-core.js").Signal<readonly Candle[] | null>} */
export const candles = signal(/** @type {readonly Candle[] | null} */ (null));
/** The newest one as it grows. @type {import("../vendor/signals-core.js").Signal<Candle | null>} */
export const growingCandle = signal(/** @type {Candle | null} */ (null));
/** What "auto" has come to. @type {import("../vendor/signals-core.js").Signal<typeof INTERVALS[number]>} */
export const shownInterval = signal(/** @type {typeof INTERVALS[number]} */ ("1m"));

/** @type {import("../vendor/signals-core.js").Signal<FeedState>} */
export const feed = signal(/** @type {FeedState} */ ("connecting"));
/** @type {import("../vendor/signals-core.js").Signal<number | null>} */
export const latencyMs = signal(/** @type {number | null} */ (null));
/** How often the copy of the book had to be made anew. */
export const resyncs = signal(0);
/** Why the book cannot be shown, in words. @type {import("../vendor/signals-core.js").Signal<string | null>} */
export const trouble = signal(/** @type {string | null} */ (null));

/** @param {string} name BTC/USDT → BTC-USDT */
const inPath = (name) => name.replace("/", "-");

export const depthChannel = () => `depth:${inPath(pair.peek()?.symbol ?? "")}`;

export function channels() {
  const name = inPath(pair.peek()?.symbol ?? "");
  return [`depth:${name}`, `trades:${name}`, `ticker:${name}`, `candles:${name}:${shownInterval.peek()}`];
}

/** Another pair: nothing of the last one stays on the screen. */
export function forget() {
  batch(() => {
    book = new Book(scales.peek());
    bookChanges.value += 1;
    trades.value = null;
    ticker.value = null;
    trouble.value = null;
    if (feed.peek() === "live") feed.value = "connecting";
    forgetCandles();
  });
}

export function forgetCandles() {
  candles.value = null;
  growingCandle.value = null;
}

/**
 * The pair's state by REST. What the stream has told meanwhile is newer and stays.
 * @param {import("../net/api.js").Api} api
 */
export async function load(api) {
  const current = pair.peek();
  if (current === null) return;
  const path = `/markets/${inPath(current.symbol)}`;
  const isStill = () => pair.peek()?.symbol === current.symbol;
  const [depth, latest, figures] = await Promise.allSettled([
    /** @type {Promise<Depth>} */ (api.get(`${path}/depth?limit=${DEPTH_LEVELS}`)),
    /** @type {Promise<{ trades: readonly Trade[] }>} */ (api.get(`${path}/trades?limit=${KEPT_TRADES}`)),
    /** @type {Promise<Ticker>} */ (api.get(`${path}/ticker`)),
  ]);
  if (!isStill()) return;
  batch(() => {
    if (depth.status === "fulfilled" && feed.peek() !== "live") showDepth(depth.value);
    if (latest.status === "fulfilled") addTrades([...latest.value.trades].reverse());
    if (figures.status === "fulfilled" && (ticker.peek()?.time ?? "") < figures.value.time) {
      ticker.value = figures.value;
    }
    trouble.value = depth.status === "rejected" ? String(depth.reason?.message ?? "") : null;
  });
}

/**
 * Candles by REST: the chosen interval, or what suits the market's age.
 * @param {import("../net/api.js").Api} api
 */
export async function loadCandles(api) {
  const current = pair.peek();
  if (current === null) return;
  const chosen = interval.peek();
  const isStill = () => pair.peek()?.symbol === current.symbol && interval.peek() === chosen;
  const ask = async (/** @type {string} */ length) => {
    const path = `/markets/${inPath(current.symbol)}/candles?interval=${length}&limit=${CANDLES}`;
    const { candles: list } = /** @type {{ candles: readonly Candle[] }} */ (await api.get(path));
    return list.toSorted((left, right) => (left.openTime < right.openTime ? -1 : 1));
  };
  const first = chosen === "auto" ? "1m" : chosen;
  let list = await ask(first);
  let length = first;
  if (chosen === "auto" && list.filter((candle) => candle.trades > 0).length < YOUNG_MINUTES) {
    length = "1s";
    list = await ask(length);
  }
  if (!isStill()) return;
  batch(() => {
    shownInterval.value = length;
    growingCandle.value = null;
    candles.value = list;
  });
}

/** @param {Depth} depth */
function showDepth(depth) {
  const wire = (/** @type {Depth["bids"][number]} */ level) =>
    /** @type {const} */ ([level.price, level.quantity, level.orders]);
  book.reset({ u: depth.sequence, bids: depth.bids.map(wire), asks: depth.asks.map(wire) });
  bookChanges.value += 1;
}

/** @param {readonly Trade[]} added oldest first */
function addTrades(added) {
  const known = trades.peek() ?? [];
  const newest = known[0]?.tradeId ?? "";
  const fresh = added.filter(({ tradeId }) => tradeId > newest);
  if (fresh.length > 0 || trades.peek() === null) {
    trades.value = [...fresh.toReversed(), ...known].slice(0, KEPT_TRADES);
  }
}

/**
 * One message of the stream.
 * @param {StreamMessage} message
 * @returns {"resync" | null} "resync": the book has missed something and must be begun again
 */
export function hear(message) {
  if (!("symbol" in message) || message.symbol !== pair.peek()?.symbol) return null;
  switch (message.type) {
    case "depth.snapshot":
      trouble.value = null;
      return proved(book.reset(message));
    case "depth.update":
      // After a fault nothing counts before the new snapshot.
      if (book.sequence === null) return null;
      return proved(book.apply(message));
    case "trades.snapshot":
    case "trades.update":
      addTrades(message.trades);
      return null;
    case "ticker":
      ticker.value = message;
      return null;
    case "candle":
      if (message.interval === shownInterval.peek()) growingCandle.value = message;
      return null;
    default:
      return null;
  }
}

/**
 * @param {boolean} holds
 * @returns {"resync" | null}
 */
function proved(holds) {
  bookChanges.value += 1;
  if (holds) {
    feed.value = "live";
    return null;
  }
  resyncs.value += 1;
  feed.value = "resyncing";
  return "resync";
}
