import { formatTickLots, formatUnits, parseTickLots, parseUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { parseId } from "../../../engine/ids.ts";
import type { MarketTrade } from "../../../engine/ports.ts";

/** What was traded in some time: a candle of any length. Ticks; lots and tick-lots may pass 2^53. */
export interface Traded {
  readonly openTimeMs: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
  volume: bigint;
  quoteVolume: bigint;
  trades: number;
}

/** A candle as the records have it: decimal strings. */
export interface StoredCandle {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly trades: number;
  /** Sequence of its last trade. */
  readonly sequence: number;
}

/** Throws a RangeError for an amount that is no multiple of its step: a broken invariant. */
export function tradedOf(candle: StoredCandle, spec: SymbolSpec): Traded {
  const { priceStep, quantityStep } = spec;
  const ticks = (price: string): number => {
    const units = parseUnits(price, priceStep);
    if (units < 0) throw new RangeError("a stored price is no multiple of its step");
    return units;
  };
  const wide = (amount: string, step: string): bigint => {
    const units = parseTickLots(amount, step, quantityStep);
    if (typeof units !== "bigint") throw new RangeError("a stored amount is no multiple of its step");
    return units;
  };
  return {
    openTimeMs: candle.openTimeMs,
    open: ticks(candle.open),
    high: ticks(candle.high),
    low: ticks(candle.low),
    close: ticks(candle.close),
    volume: wide(candle.volume, "1"),
    quoteVolume: wide(candle.quoteVolume, priceStep),
    trades: candle.trades,
  };
}

/** The first trade of a time. */
export function beginTraded(openTimeMs: number, trade: MarketTrade): Traded {
  const { price } = trade;
  const none = { openTimeMs, open: price, high: price, low: price, close: price };
  const traded = { ...none, volume: 0n, quoteVolume: 0n, trades: 0 };
  addTrade(traded, trade);
  return traded;
}

export function addTrade(traded: Traded, { price, quantity }: MarketTrade): void {
  if (price > traded.high) traded.high = price;
  if (price < traded.low) traded.low = price;
  traded.close = price;
  traded.volume += BigInt(quantity);
  traded.quoteVolume += BigInt(price) * BigInt(quantity);
  traded.trades += 1;
}

/** Lots as a decimal with the step's decimals, however many they are. */
export function formatLots(lots: bigint, quantityStep: string): string {
  return lots <= BigInt(Number.MAX_SAFE_INTEGER)
    ? formatUnits(Number(lots), quantityStep)
    : formatTickLots(lots, "1", quantityStep);
}

const words = { a: 0, b: 0, c: 0, d: 0 };

/** Sequence of the command that made a trade, out of its id (its last 40 bits: enough for a comparison). */
export function sequenceOfTrade(tradeId: string): number {
  const { c, d } = parseId(tradeId, words);
  return (c & 0x3fff_ffff) * 0x400 + (d >>> 22);
}
