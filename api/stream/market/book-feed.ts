import type { BookUpdate, Depth, MarketDataReader } from "../../../engine/ports.ts";
import { BookCopy, type BookPlace, type ToldLevels } from "./book-copy.ts";

/** Why a book begins anew. */
export type BookBreak = "SUBSCRIBED" | "GAP" | "TAKEOVER" | "RESTORED";

export interface BookListener extends ToldLevels {
  /** The copy has moved to its `place`; the levels that show differently were told before. */
  moved(): void;
  /** The copy begins anew: what was told of it before does not count. */
  replaced(reason: BookBreak): void;
  /** There is no book to be had just now; `replaced` follows when there is. */
  lost(): void;
}

/** Deeper books than this are not read whole: no book of the product's comes near. */
const ALL_LEVELS = 10_000_000;
const RETRY_AFTER_MS = 250;
/** Updates kept while the book is read; beyond that it is read again. */
const MAX_WAITING = 10_000;

/**
 * Keeps the copy of one book true: reads it whole, applies what follows, and where something does not
 * follow (missed, another engine, another timeline) begins anew.
 */
export class BookFeed {
  readonly copy: BookCopy;
  readonly #symbol: number;
  readonly #reader: Pick<MarketDataReader, "depth">;
  readonly #listener: BookListener;
  /** Not null while the book is read: what comes meanwhile. */
  #waiting: BookUpdate[] | null = null;
  #again = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    symbol: number,
    levels: number,
    reader: Pick<MarketDataReader, "depth">,
    listener: BookListener,
  ) {
    this.#symbol = symbol;
    this.copy = new BookCopy(levels);
    this.#reader = reader;
    this.#listener = listener;
  }

  /** Reads the book anew; to be called once updates come. */
  read(): void {
    if (this.#waiting !== null) {
      // What is being read may be from before that which was missed.
      this.#again = true;
      return;
    }
    this.#waiting = [];
    void this.#read();
  }

  take(update: BookUpdate): void {
    if (this.#waiting === null) this.#apply(update);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(update);
    else this.#again = true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    this.#again = false;
    this.#waiting = [];
    const depth = await this.#reader.depth(this.#symbol, ALL_LEVELS).catch(() => null);
    if (this.#closed) return;
    if (this.#again) return this.#read();
    const waiting = this.#waiting;
    this.#waiting = null;
    if (depth !== null) this.#begin(depth);
    // A whole book among them does as well as the one that could not be read.
    for (const update of waiting) this.take(update);
    if (depth === null && this.#waiting === null && !this.#isWhole(waiting)) this.#retry();
  }

  #isWhole(waiting: readonly BookUpdate[]): boolean {
    return this.copy.place !== null && waiting.some((update) => update.full);
  }

  /** An emptied store, an engine not yet up: nothing follows on what was known. */
  #retry(): void {
    if (this.copy.place === null) this.#listener.lost();
    this.#timer = setTimeout(() => this.read(), RETRY_AFTER_MS);
  }

  #apply(update: BookUpdate): void {
    const { place } = this.copy;
    if (place === null) {
      if (update.full) this.#begin(update);
      else this.read();
      return;
    }
    if (update.timeline !== place.timeline) {
      if (update.full) this.#begin(update);
      else this.read();
      return;
    }
    // An older engine's, or known already.
    if (update.epoch < place.epoch) return;
    if (update.sequence <= place.sequence && update.epoch === place.epoch) return;
    if (update.full) this.#begin(update);
    else if (update.previousSequence === place.sequence) {
      this.copy.apply(update, this.#listener);
      this.#listener.moved();
    } else if (update.sequence > place.sequence) {
      this.read();
    }
  }

  #begin(book: Depth | BookUpdate): void {
    const before = this.copy.place;
    // Nothing was missed after all: readers go on with what they have.
    if (before !== null && isSame(before, book)) return;
    if (before !== null && isOlder(before, book)) return;
    this.copy.replace(book);
    this.#listener.replaced(reasonOf(before, book));
  }
}

function isSame(before: BookPlace, after: BookPlace): boolean {
  const { timeline, epoch, sequence } = before;
  return timeline === after.timeline && epoch === after.epoch && sequence === after.sequence;
}

function isOlder(before: BookPlace, after: BookPlace): boolean {
  if (before.timeline !== after.timeline) return false;
  return after.epoch < before.epoch || (after.epoch === before.epoch && after.sequence < before.sequence);
}

function reasonOf(before: BookPlace | null, after: BookPlace): BookBreak {
  if (before === null) return "SUBSCRIBED";
  if (before.timeline !== after.timeline) return "RESTORED";
  return before.epoch === after.epoch ? "GAP" : "TAKEOVER";
}
