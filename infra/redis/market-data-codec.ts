import { Side } from "../../engine/core/terms.ts";
import type { BookLevel, BookUpdate, MarketTrade } from "../../engine/ports.ts";

/**
 * How books and trades look in Redis: text of decimal integers, which a Lua script can take apart
 * without ever making a number of them (Lua prints only 14 digits of one).
 *
 * level `price:quantity:orders` · trade `tradeId:price:quantity:takerSide:executedAtMs` · lists
 * joined by spaces.
 */
export interface BookKeys {
  readonly meta: string;
  readonly bids: string;
  readonly asks: string;
  readonly trades: string;
  /** Pub/sub channel of the symbol's updates. */
  readonly channel: string;
}

/** All keys of a symbol have one hash tag, so that a cluster keeps them together. */
export function bookKeys(prefix: string, symbol: number): BookKeys {
  const base = `${prefix}book:{${symbol}}`;
  return {
    meta: `${base}:meta`,
    bids: `${base}:bids`,
    asks: `${base}:asks`,
    trades: `${base}:trades`,
    channel: `${base}:updates`,
  };
}

export function encodeLevels(levels: readonly BookLevel[]): string {
  return levels.map(({ price, quantity, orders }) => `${price}:${quantity}:${orders}`).join(" ");
}

export function decodeLevel(text: string): BookLevel {
  const [price = 0, quantity = 0, orders = 0] = text.split(":").map(Number);
  return { price, quantity, orders };
}

export function encodeTrades(trades: readonly MarketTrade[]): string {
  return trades
    .map((trade) => {
      const { tradeId, price, quantity, takerSide, executedAtMs } = trade;
      return `${tradeId}:${price}:${quantity}:${takerSide}:${executedAtMs}`;
    })
    .join(" ");
}

export function decodeTrade(text: string): MarketTrade {
  const [tradeId = "", price, quantity, takerSide, executedAtMs] = text.split(":");
  return {
    tradeId,
    price: Number(price),
    quantity: Number(quantity),
    takerSide: Number(takerSide) === Side.Buy ? Side.Buy : Side.Sell,
    executedAtMs: Number(executedAtMs),
  };
}

type MessageHead = Omit<BookUpdate, "bids" | "asks" | "trades">;

/** First line of a published update; the script puts bids, asks and trades on the next three. */
export function encodeMessageHead(update: BookUpdate): string {
  const { group, symbol, timeline, epoch, previousSequence, sequence, timeMs, full } = update;
  const head: MessageHead = { group, symbol, timeline, epoch, previousSequence, sequence, timeMs, full };
  return JSON.stringify(head);
}

/** Null for a full update too large to be published: read the depth instead. */
export function decodeMessage(message: string): BookUpdate | null {
  const [head = "", bids = "", asks = "", trades = ""] = message.split("\n");
  if (bids === CUT) return null;
  return {
    ...(JSON.parse(head) as MessageHead),
    bids: items(bids).map(decodeLevel),
    asks: items(asks).map(decodeLevel),
    trades: items(trades).map(decodeTrade),
  };
}

/** Stands in a message for levels that were left out. */
const CUT = "cut";

function items(text: string): string[] {
  return text === "" ? [] : text.split(" ");
}
