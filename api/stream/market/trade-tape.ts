import type { MarketTrade } from "../../../engine/ports.ts";

export interface TapeListener {
  /** The latest trades are known: begin from `recent`. */
  began(): void;
  /** Committed trades that were not known, oldest first, each once. */
  traded(trades: readonly MarketTrade[]): void;
  /** More trades were missed than can be told one by one: begin anew from `recent`. */
  missed(): void;
}

/** Trades kept of one symbol. */
const KEPT = 1_000;
const RETRY_AFTER_MS = 500;

/**
 * The latest trades of one symbol, in order, each once. Fan-out can lose some (a dead engine had committed
 * them and told nobody; a lost connection): the records have them all, and are read wherever that may be.
 * Ids rise with time, group, sequence and place, as text too.
 */
export class TradeTape {
  readonly #read: (limit: number) => Promise<readonly MarketTrade[]>;
  readonly #listener: TapeListener;
  /** Oldest first. */
  #trades: MarketTrade[] = [];
  #isReady = false;
  #reading = false;
  #again = false;
  #waiting: MarketTrade[] = [];
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param read the latest committed trades, newest first */
  constructor(read: (limit: number) => Promise<readonly MarketTrade[]>, listener: TapeListener) {
    this.#read = read;
    this.#listener = listener;
  }

  /** False until the records were read once. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The newest `limit` (1,000 at most), oldest first. */
  recent(limit: number): readonly MarketTrade[] {
    return this.#trades.slice(-Math.min(limit, KEPT));
  }

  get last(): MarketTrade | undefined {
    return this.#trades.at(-1);
  }

  /** Takes trades as they are fanned out. */
  take(trades: readonly MarketTrade[]): void {
    if (trades.length === 0) return;
    if (!this.#reading) this.#add(trades);
    else this.#waiting = [...this.#waiting, ...trades].slice(-KEPT);
  }

  /** Makes good what may have been missed. */
  read(): void {
    this.#again = this.#reading;
    if (this.#reading || this.#closed) return;
    this.#reading = true;
    this.#ask();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Until the records have answered nothing is told: there might be something before it. */
  #ask(): void {
    this.#again = false;
    this.#read(KEPT).then(
      (newestFirst) => this.#caughtUp([...newestFirst].reverse()),
      () => {
        if (!this.#closed) this.#timer = setTimeout(() => this.#ask(), RETRY_AFTER_MS);
      },
    );
  }

  #caughtUp(trades: readonly MarketTrade[]): void {
    if (this.#closed) return;
    this.#reading = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    const lastId = this.last?.tradeId ?? "";
    const oldest = trades[0];
    const isBroken = trades.length >= KEPT && oldest !== undefined && oldest.tradeId > lastId;
    if (!this.#isReady || isBroken) {
      const wasReady = this.#isReady;
      this.#trades = [...trades];
      this.#isReady = true;
      if (wasReady) this.#listener.missed();
      else this.#listener.began();
    } else {
      this.#add(trades);
    }
    this.#add(waiting);
    if (this.#again) this.read();
  }

  #add(trades: readonly MarketTrade[]): void {
    const lastId = this.last?.tradeId ?? "";
    const fresh = trades.filter((trade) => trade.tradeId > lastId);
    if (fresh.length === 0) return;
    this.#trades.push(...fresh);
    if (this.#trades.length > 2 * KEPT) this.#trades = this.#trades.slice(-KEPT);
    if (this.#isReady) this.#listener.traded(fresh);
  }
}
