import { LIMB } from "./order-row.ts";
import { wideValue } from "./wide.ts";

const SHIFT = 10;
const ROWS = 1 << SHIFT;
const MASK = ROWS - 1;
const ROW_DOUBLES = 20;
const ROW_WORDS = ROW_DOUBLES * 2;

/** Doubles of an extras row. */
export const ExtraDouble = {
  StopPrice: 0,
  TrailingAmount: 1,
  ActivationPrice: 2,
  /** Number of the trade that activated it (trailing.ts), 0 while inactive. */
  ActivatedAt: 3,
  DisplayQuantity: 4,
  /** Lots of an iceberg that show. */
  Shown: 5,
  QuoteLow: 6,
  QuoteHigh: 7,
  ExpireAt: 8,
  TriggeredAt: 9,
  Prevented: 10,
} as const;

/** Words of an extras row, behind its doubles. */
export const ExtraWord = {
  TrailingDelta: 22,
  Sibling: 23,
  ListId: 24,
  TimerNext: 28,
  TimerPrevious: 29,
  TimerLevel: 30,
  HeapChild: 31,
  HeapNext: 32,
  HeapPrevious: 33,
  /** Its group's number (trailing.ts). */
  Group: 34,
} as const;

/**
 * What only some orders have: stops, trailing values, display, expiry, list, prevented quantity. An
 * order without any of these has no row here (row 0 is the empty one that reads as zeros).
 */
export class OrderExtras {
  readonly #words: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];
  #used = 1;
  #free = 0;
  #freed: number[] = [];

  constructor() {
    this.#addSegment();
  }

  /** A row of zeros. */
  allocate(): number {
    let row = this.#free;
    if (row !== 0) this.#free = this.word(row, ExtraWord.TimerNext);
    else {
      row = this.#used;
      if (row >>> SHIFT >= this.#words.length) this.#addSegment();
      this.#used += 1;
    }
    const at = (row & MASK) * ROW_WORDS;
    this.#words[row >>> SHIFT]!.fill(0, at, at + ROW_WORDS);
    return row;
  }

  /** Gives a row back at the next {@link recycle}: events may still name its order. */
  release(row: number): void {
    this.#freed.push(row);
  }

  recycle(): void {
    if (this.#freed.length === 0) return;
    for (const row of this.#freed) {
      this.setWord(row, ExtraWord.TimerNext, this.#free);
      this.#free = row;
    }
    this.#freed.length = 0;
  }

  word(row: number, word: number): number {
    return this.#words[row >>> SHIFT]![(row & MASK) * ROW_WORDS + word]!;
  }

  setWord(row: number, word: number, value: number): void {
    this.#words[row >>> SHIFT]![(row & MASK) * ROW_WORDS + word] = value;
  }

  double(row: number, at: number): number {
    return this.#doubles[row >>> SHIFT]![(row & MASK) * ROW_DOUBLES + at]!;
  }

  setDouble(row: number, at: number, value: number): void {
    this.#doubles[row >>> SHIFT]![(row & MASK) * ROW_DOUBLES + at] = value;
  }

  /** Tick-lots asked for by a MARKET order by quote. */
  quoteQuantity(row: number): bigint {
    return wideValue(this.double(row, ExtraDouble.QuoteLow), this.double(row, ExtraDouble.QuoteHigh));
  }

  setQuoteQuantity(row: number, value: bigint): void {
    const limb = BigInt(LIMB);
    this.setDouble(row, ExtraDouble.QuoteLow, Number(value % limb));
    this.setDouble(row, ExtraDouble.QuoteHigh, Number(value / limb));
  }

  #addSegment(): void {
    const buffer = new ArrayBuffer(ROWS * ROW_DOUBLES * 8);
    this.#words.push(new Int32Array(buffer));
    this.#doubles.push(new Float64Array(buffer));
  }
}
