import { formatTickLots, formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { MarketTrade } from "../../../engine/ports.ts";
import { isoTime } from "../../convert/order-body.ts";
import type { CandleBody } from "../../schemas/stream-market.ts";
import { addTrade, beginTraded, formatLots, type Traded } from "./traded.ts";

/** Candles kept, for those that are told late. */
const KEPT = 64;

/**
 * The candle that runs of one symbol and length, and the last ones before it, made of what the records had and
 * the trades since. One in which nothing was traded stands at the last price.
 */
export class CandleSeries {
  readonly #intervalMs: number;
  /** Those with trades, ascending. */
  #candles: Traded[];

  /** @param candles the newest, oldest first: two are enough to begin with */
  constructor(intervalMs: number, candles: readonly Traded[]) {
    this.#intervalMs = intervalMs;
    this.#candles = candles.map((candle) => ({ ...candle }));
  }

  add(trade: MarketTrade): void {
    const openTimeMs = trade.executedAtMs - (trade.executedAtMs % this.#intervalMs);
    const last = this.#candles.at(-1);
    // Command times never fall, so it is this candle or a later one.
    if (last !== undefined && openTimeMs <= last.openTimeMs) addTrade(last, trade);
    else this.#candles.push(beginTraded(openTimeMs, trade));
    if (this.#candles.length > 2 * KEPT) this.#candles = this.#candles.slice(-KEPT);
  }

  /** What was traded in the candle that begins at a time, and the last price before it. */
  at(openTimeMs: number): { readonly traded: Traded | null; readonly lastPrice: number | null } {
    const index = this.#candles.findLastIndex((candle) => candle.openTimeMs <= openTimeMs);
    const found = this.#candles[index];
    if (found?.openTimeMs !== openTimeMs) return { traded: null, lastPrice: found?.close ?? null };
    return { traded: found, lastPrice: this.#candles[index - 1]?.close ?? null };
  }
}

/** A candle as it is told. Without trades: the last price before it, if there was any. */
export function candleBody(
  openTimeMs: number,
  intervalMs: number,
  traded: Traded | null,
  lastPrice: number | null,
  spec: SymbolSpec,
): CandleBody {
  const price = (ticks: number | null): string | null =>
    ticks === null ? null : formatUnits(ticks, spec.priceStep);
  return {
    openTime: isoTime(openTimeMs),
    closeTime: isoTime(openTimeMs + intervalMs - 1),
    open: price(traded?.open ?? lastPrice),
    high: price(traded?.high ?? lastPrice),
    low: price(traded?.low ?? lastPrice),
    close: price(traded?.close ?? lastPrice),
    volume: formatLots(traded?.volume ?? 0n, spec.quantityStep),
    quoteVolume: formatTickLots(traded?.quoteVolume ?? 0n, spec.priceStep, spec.quantityStep),
    trades: traded?.trades ?? 0,
  };
}
