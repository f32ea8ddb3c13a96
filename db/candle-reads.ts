import type { ApiPool } from "./api-pool.ts";
import { CANDLES, type CandleRow, STORED_CANDLES, TRADED_IN_WINDOW } from "./queries/candles.ts";

/** What was traded in one interval. Amounts are decimal strings. */
export interface Candle {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** In base. */
  readonly volume: string;
  /** In quote. */
  readonly quoteVolume: string;
  /** In base: what buyers took. */
  readonly takerBuyVolume: string;
  readonly trades: number;
  /** Position in the group's history of its last trade: what comes after is not in it. */
  readonly sequence: number;
}

export interface CandleQuery {
  /** `BTC/USDT` */
  readonly symbol: string;
  /** 1, or a multiple of 60 or of 3,600. */
  readonly intervalSeconds: number;
  /** Candles that begin in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  /** The newest so many. */
  readonly limit: number;
}

/** Lengths that are stored, longest first; longer ones are folded out of the longest that divides them. */
const STORED_SECONDS = [3_600, 60, 1];
const DAY_MS = 86_400_000;
const WEEK_SECONDS = 7 * 86_400;
/** 1970-01-05, a Monday: weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Candles out of the records, oldest first. Faults are UnavailableErrors. */
export class PostgresCandleReads {
  readonly #pool: ApiPool;

  constructor(pool: ApiPool) {
    this.#pool = pool;
  }

  /**
   * A time without a trade has no candle. Seconds go back two days at most.
   * @throws RangeError when the interval is not a whole number of seconds
   */
  async candles({ symbol, intervalSeconds, fromMs, toMs, limit }: CandleQuery): Promise<Candle[]> {
    const stored = STORED_SECONDS.find((seconds) => intervalSeconds % seconds === 0);
    if (stored === undefined) throw new RangeError("candles are of whole seconds");
    const intervalMs = intervalSeconds * 1_000;
    const originMs = intervalSeconds % WEEK_SECONDS === 0 ? FIRST_MONDAY_MS : 0;
    const startMs = firstAtOrAfter(fromMs, intervalMs, originMs);
    let endMs = firstAtOrAfter(toMs, intervalMs, originMs);
    if (stored === intervalSeconds) {
      return this.#read(STORED_CANDLES, [symbol, stored, startMs, endMs, limit]);
    }
    // Newest first, in slices: a busy market fills the first, and a quiet one has little to fold in many.
    let found: Candle[] = [];
    for (let lengthMs = limit * intervalMs; endMs > startMs && found.length < limit; lengthMs *= 4) {
      const sliceMs = Math.max(startMs, endMs - lengthMs);
      const wanted = limit - found.length;
      const older = await this.#read(CANDLES, [
        symbol,
        stored,
        intervalSeconds,
        sliceMs,
        endMs,
        wanted,
        originMs,
      ]);
      found = [...older, ...found];
      endMs = sliceMs;
    }
    return found;
  }

  /** What was traded in the last 24 hours, to the minute; null: nothing. */
  async lastDay(symbol: string, nowMs: number): Promise<Candle | null> {
    const endMs = Math.floor(nowMs / 60_000) * 60_000 + 60_000;
    const [traded] = await this.#read(TRADED_IN_WINDOW, [symbol, endMs - DAY_MS, endMs]);
    return traded ?? null;
  }

  async #read(statement: string, parameters: (string | number)[]): Promise<Candle[]> {
    return (await this.#pool.read<CandleRow>(statement, parameters)).map((row) => ({
      openTimeMs: row.open_time.getTime(),
      open: row.open,
      high: row.high,
      low: row.low,
      close: row.close,
      volume: row.volume,
      quoteVolume: row.quote_volume,
      takerBuyVolume: row.taker_buy_volume,
      trades: Number(row.trades),
      sequence: Number(row.sequence),
    }));
  }
}

function firstAtOrAfter(timeMs: number, intervalMs: number, originMs: number): number {
  return Math.ceil((timeMs - originMs) / intervalMs) * intervalMs + originMs;
}
