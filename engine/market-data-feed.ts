import type { EngineObserver, Timers } from "./engine-ports.ts";
import type { BookLevel, BookUpdate, MarketDataWriter, MarketTrade } from "./ports.ts";

/** Market trades kept of one symbol while the writer is behind; older ones are left out. */
const MAX_WAITING_TRADES = 10_000;
const RETRY_AFTER_MS = 500;
/** How long a copy that was lost (an emptied Redis) may stay so while nothing changes in its book. */
const CHECK_EVERY_MS = 5_000;

/**
 * Hands committed book updates to the market-data bus without ever holding up matching: one write at a
 * time, and what comes meanwhile is folded into one update a symbol, which bounds what waits by the
 * size of the books. A bus that fails or has lost its copy gets whole books (`needsFull`). That it has
 * lost the copy of a quiet book is found out by writing, now and then, that nothing has changed.
 */
export class MarketDataFeed {
  readonly #writer: MarketDataWriter;
  readonly #timers: Timers;
  readonly #observer: EngineObserver;
  readonly #requestFull: (symbols: readonly number[]) => void;
  readonly #waiting = new Map<number, BookUpdate>();
  /** Symbols whose readers cannot continue from what was written: nothing partial is written for them. */
  readonly #broken = new Set<number>();
  /** By symbol, that nothing has changed since what was written last. */
  readonly #unchanged = new Map<number, BookUpdate>();
  #writing = false;
  #closed = false;
  #cancelCheck: (() => void) | null = null;
  #cancelRetry: (() => void) | null = null;

  /** @param requestFull asks the engine for a whole book of each of these, soon */
  constructor(
    writer: MarketDataWriter,
    timers: Timers,
    observer: EngineObserver,
    requestFull: (symbols: readonly number[]) => void,
  ) {
    this.#writer = writer;
    this.#timers = timers;
    this.#observer = observer;
    this.#requestFull = requestFull;
  }

  /** Takes committed updates, oldest first. */
  push(updates: readonly BookUpdate[]): void {
    for (const update of updates) {
      if (update.full) this.#broken.delete(update.symbol);
      else if (this.#broken.has(update.symbol)) continue;
      const before = this.#waiting.get(update.symbol);
      this.#waiting.set(update.symbol, before === undefined || update.full ? update : merge(before, update));
    }
    this.#planCheck();
    this.#write();
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#cancelCheck?.();
  }

  #planCheck(): void {
    if (this.#closed) return;
    this.#cancelCheck ??= this.#timers.schedule(CHECK_EVERY_MS, () => {
      this.#cancelCheck = null;
      for (const [symbol, update] of this.#unchanged) {
        if (!this.#waiting.has(symbol) && !this.#broken.has(symbol)) this.#waiting.set(symbol, update);
      }
      this.#write();
      this.#planCheck();
    });
  }

  #write(): void {
    if (this.#writing || this.#closed || this.#cancelRetry !== null || this.#waiting.size === 0) return;
    const updates = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#writing = true;
    this.#writer.write(updates).then(
      (lost) => {
        this.#writing = false;
        for (const update of updates) this.#unchanged.set(update.symbol, unchangedSince(update));
        this.#breakOff(lost);
        this.#write();
      },
      (cause: unknown) => {
        this.#writing = false;
        if (this.#closed) return;
        this.#observer.degraded("market data", cause instanceof Error ? cause : new Error("unknown"));
        this.#retryLater(updates);
      },
    );
  }

  /** Whether a failed write came through is unknown: only whole books put that right. */
  #retryLater(failed: readonly BookUpdate[]): void {
    const symbols = new Set([...failed.map((update) => update.symbol), ...this.#waiting.keys()]);
    this.#waiting.clear();
    for (const symbol of symbols) this.#broken.add(symbol);
    this.#cancelRetry = this.#timers.schedule(RETRY_AFTER_MS, () => {
      this.#cancelRetry = null;
      this.#requestFull([...this.#broken]);
    });
  }

  #breakOff(symbols: readonly number[]): void {
    if (symbols.length === 0 || this.#closed) return;
    for (const symbol of symbols) {
      // A whole book that came meanwhile waits already: it puts things right.
      if (this.#waiting.get(symbol)?.full) continue;
      this.#waiting.delete(symbol);
      this.#broken.add(symbol);
    }
    this.#requestFull(symbols.filter((symbol) => this.#broken.has(symbol)));
  }
}

function unchangedSince(update: BookUpdate): BookUpdate {
  return { ...update, previousSequence: update.sequence, full: false, bids: [], asks: [], trades: [] };
}

/** One update that does what the two do one after the other. */
function merge(before: BookUpdate, after: BookUpdate): BookUpdate {
  return {
    ...after,
    previousSequence: before.previousSequence,
    full: before.full,
    bids: mergeLevels(before, after, "bids"),
    asks: mergeLevels(before, after, "asks"),
    trades: mergeTrades(before.trades, after.trades),
  };
}

function mergeLevels(before: BookUpdate, after: BookUpdate, side: "bids" | "asks"): BookLevel[] {
  const levels = new Map<number, BookLevel>();
  for (const level of before[side]) levels.set(level.price, level);
  for (const level of after[side]) levels.set(level.price, level);
  if (!before.full) return [...levels.values()];
  const best = side === "bids" ? -1 : 1;
  return [...levels.values()]
    .filter((level) => level.quantity > 0)
    .sort((one, other) => (one.price - other.price) * best);
}

function mergeTrades(before: readonly MarketTrade[], after: readonly MarketTrade[]): readonly MarketTrade[] {
  if (after.length === 0) return before;
  const trades = [...before, ...after];
  return trades.length > MAX_WAITING_TRADES ? trades.slice(-MAX_WAITING_TRADES) : trades;
}
