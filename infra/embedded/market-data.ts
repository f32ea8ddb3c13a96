import { BookSide } from "../../engine/book-side.ts";
import {
  type BookUpdate,
  type CommittedRow,
  type Depth,
  FencedError,
  type MarketDataReader,
  type MarketDataStream,
  type MarketDataWriter,
  type MarketTrade,
} from "../../engine/ports.ts";
import { EmbeddedCommittedRows } from "./committed-rows.ts";

/** How many recent trades are kept for each symbol, as in Redis. */
const RECENT_TRADES = 1_000;

type Listener = (update: BookUpdate | null) => void;

interface Book {
  timeline: string;
  readonly retiredTimelines: Set<string>;
  epoch: number;
  /** Null until a full update came. */
  sequence: number | null;
  timeMs: number;
  /** Trades up to here are kept and published. */
  through: number;
  readonly bids: BookSide;
  readonly asks: BookSide;
  /** Oldest first. */
  trades: MarketTrade[];
}

/** Books and recent trades of a one-process system, by the same rules as in Redis. */
export class EmbeddedMarketData implements MarketDataWriter, MarketDataReader, MarketDataStream {
  readonly #books = new Map<number, Book>();
  readonly #listeners = new Map<number, Set<Listener>>();
  /** Where `tellCommitted` goes. */
  readonly committed = new EmbeddedCommittedRows();

  tellCommitted(committed: CommittedRow): void {
    this.committed.tell(committed);
  }

  /** A listener must not throw. */
  async subscribe(symbol: number, listener: Listener): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(symbol) ?? new Set();
    this.#listeners.set(symbol, listeners);
    // The same function twice is two subscriptions.
    const own: Listener = (update) => listener(update);
    listeners.add(own);
    return async () => {
      listeners.delete(own);
    };
  }

  async write(updates: readonly BookUpdate[]): Promise<readonly number[]> {
    const needFull = new Set<number>();
    let fenced = false;
    for (const update of updates) {
      const book = this.#bookFor(update);
      if (book === "fenced") {
        fenced = true;
      } else if (book === null || !this.#apply(book, update)) {
        needFull.add(update.symbol);
      } else {
        needFull.delete(update.symbol);
      }
    }
    if (fenced) throw new FencedError("a newer engine writes these books");
    return [...needFull];
  }

  async depth(symbol: number, limit: number): Promise<Depth | null> {
    if (limit < 1) throw new RangeError("limit below 1");
    const book = this.#books.get(symbol);
    if (book === undefined || book.sequence === null) return null;
    const { sequence, timeline, epoch, timeMs, bids, asks } = book;
    return { sequence, timeline, epoch, timeMs, bids: bids.top(limit), asks: asks.top(limit) };
  }

  async recentTrades(symbol: number, limit: number): Promise<readonly MarketTrade[]> {
    if (limit < 1) throw new RangeError("limit below 1");
    return (this.#books.get(symbol)?.trades ?? []).slice(-limit).reverse();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  /** The book that an update may touch; null: only a full update may begin a timeline here. */
  #bookFor(update: BookUpdate): Book | "fenced" | null {
    const known = this.#books.get(update.symbol);
    if (known === undefined) {
      const book = emptyBook(update, new Set());
      this.#books.set(update.symbol, book);
      return book;
    }
    if (known.timeline === update.timeline) return update.epoch < known.epoch ? "fenced" : known;
    if (known.retiredTimelines.has(update.timeline)) return "fenced";
    if (!update.full) return null;
    const book = emptyBook(update, known.retiredTimelines.add(known.timeline));
    this.#books.set(update.symbol, book);
    return book;
  }

  /** False if the update does not follow on what is known. */
  #apply(book: Book, update: BookUpdate): boolean {
    const fresh = update.sequence > book.through;
    if (fresh) {
      book.trades = [...book.trades, ...update.trades].slice(-RECENT_TRADES);
      book.through = update.sequence;
    }
    const newer = book.sequence === null || update.sequence >= book.sequence || update.epoch > book.epoch;
    const seen = book.sequence !== null && update.sequence <= book.sequence;
    const follows = book.sequence === update.previousSequence;
    const applies = update.full ? newer : !seen && follows;
    book.epoch = update.epoch;
    if (applies) applyLevels(book, update);
    if (fresh || (update.full && applies)) {
      const published = fresh ? update : { ...update, trades: [] };
      for (const listener of this.#listeners.get(update.symbol) ?? []) listener(published);
    }
    return applies || seen;
  }
}

function applyLevels(book: Book, update: BookUpdate): void {
  if (update.full) {
    book.bids.clear();
    book.asks.clear();
  }
  for (const level of update.bids) book.bids.set(level);
  for (const level of update.asks) book.asks.set(level);
  book.sequence = update.sequence;
  book.timeMs = update.timeMs;
}

function emptyBook(update: BookUpdate, retiredTimelines: Set<string>): Book {
  return {
    timeline: update.timeline,
    retiredTimelines,
    epoch: update.epoch,
    sequence: null,
    timeMs: update.timeMs,
    through: 0,
    bids: new BookSide(true),
    asks: new BookSide(false),
    trades: [],
  };
}
