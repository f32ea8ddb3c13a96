import type { MarketTrade } from "../../../engine/ports.ts";
import { addTrade, beginTraded, type Traded } from "./traded.ts";

const MINUTE_MS = 60_000;
const MINUTES = 24 * 60;

/** Figures of the 24 hours up to now. Ticks, lots, tick-lots; null where nothing was ever traded. */
export interface DayFigures {
  readonly last: number | null;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly volume: bigint;
  readonly quoteVolume: bigint;
  readonly trades: number;
}

/**
 * The rolling 24 hours of one symbol, by the minute: the minute that runs and the 1,439 before it. Adding a
 * trade costs nothing much; the sums are made when asked, from at most 1,440 minutes.
 */
export class DayWindow {
  /** By minute since 1970, ascending; the newest one before the window is kept for `open`. */
  #minutes: Traded[];

  /** @param minutes what was traded, oldest first; one from before the 24 hours among them if there is one */
  constructor(minutes: readonly Traded[]) {
    this.#minutes = minutes.map((minute) => ({ ...minute }));
  }

  add(trade: MarketTrade): void {
    const openTimeMs = trade.executedAtMs - (trade.executedAtMs % MINUTE_MS);
    const last = this.#minutes.at(-1);
    // Command times never fall, so it is this minute or a later one.
    if (last !== undefined && openTimeMs <= last.openTimeMs) addTrade(last, trade);
    else this.#minutes.push(beginTraded(openTimeMs, trade));
  }

  figures(nowMs: number): DayFigures {
    const fromMs = nowMs - (nowMs % MINUTE_MS) - (MINUTES - 1) * MINUTE_MS;
    const first = this.#minutes.findIndex((minute) => minute.openTimeMs >= fromMs);
    const begin = first < 0 ? this.#minutes.length : first;
    if (begin > 1) this.#minutes = this.#minutes.slice(begin - 1);
    const before = begin > 0 ? this.#minutes[0] : undefined;
    const inside = begin > 0 ? this.#minutes.slice(1) : this.#minutes;
    const open = before?.close ?? inside[0]?.open ?? null;
    let high: number | null = null;
    let low: number | null = null;
    let volume = 0n;
    let quoteVolume = 0n;
    let trades = 0;
    for (const minute of inside) {
      if (high === null || minute.high > high) high = minute.high;
      if (low === null || minute.low < low) low = minute.low;
      volume += minute.volume;
      quoteVolume += minute.quoteVolume;
      trades += minute.trades;
    }
    const last = this.#minutes.at(-1)?.close ?? null;
    return { last, open, high, low, volume, quoteVolume, trades };
  }
}
