import type { MarketTrade } from "../../../engine/ports.ts";
import type { TradeTape } from "./trade-tape.ts";
import { type StoredCandle, sequenceOfTrade } from "./traded.ts";

const RETRY_AFTER_MS = 500;

/**
 * Something made of all trades (a candle, the day's figures): out of the records' candles, and of each trade
 * behind the last one in them. Made anew where trades were missed.
 */
export class FoldedTrades<T extends { add(trade: MarketTrade): void }> {
  readonly #read: () => Promise<readonly StoredCandle[]>;
  readonly #make: (candles: readonly StoredCandle[]) => T;
  readonly #tape: TradeTape;
  readonly #changed: () => void;
  #folded: T | null = null;
  /** Trades up to this sequence are in what the records gave. */
  #through = 0;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    tape: TradeTape,
    read: () => Promise<readonly StoredCandle[]>,
    make: (candles: readonly StoredCandle[]) => T,
    changed: () => void,
  ) {
    this.#tape = tape;
    this.#read = read;
    this.#make = make;
    this.#changed = changed;
    this.restart();
  }

  /** Null while the records have not answered. */
  get value(): T | null {
    return this.#folded;
  }

  add(trades: readonly MarketTrade[]): void {
    if (this.#folded === null) return;
    for (const trade of trades) {
      if (sequenceOfTrade(trade.tradeId) > this.#through) this.#folded.add(trade);
    }
  }

  /** The tape has begun: it may know more than the records did when they were asked. */
  addKept(): void {
    this.add(this.#tape.recent(Number.POSITIVE_INFINITY));
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#folded = null;
    this.#turn += 1;
    void this.#load(this.#turn);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  async #load(turn: number): Promise<void> {
    const candles = await this.#read().catch(() => null);
    if (turn !== this.#turn) return;
    if (candles === null) {
      this.#timer = setTimeout(() => this.restart(), RETRY_AFTER_MS);
      return;
    }
    this.#through = candles.reduce((most, { sequence }) => Math.max(most, sequence), 0);
    this.#folded = this.#make(candles);
    // Before the tape has begun it knows nothing.
    this.addKept();
    this.#changed();
  }
}
