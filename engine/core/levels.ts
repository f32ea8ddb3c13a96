import { PriceIndex } from "./price-index.ts";

/**
 * Price levels and the sides that order them. A side is any set of levels under one key order: bids, asks, the
 * two ways to wait for a trade price, and due times. A side knows its best level;
 * a {@link PriceIndex} finds a level by its price, and the next one.
 *
 * A level's row: 64 bytes, as 16 words and as 8 doubles, in segments that are never moved.
 */
export const LEVEL_SHIFT = 12;
export const LEVEL_MASK: number = (1 << LEVEL_SHIFT) - 1;
export const LEVEL_WORDS_SHIFT = 4;
export const LEVEL_DOUBLES_SHIFT = 3;

/** Words. */
export const HEAD = 0;
export const TAIL = 1;
export const COUNT = 2;
export const SIDE = 3;
/** Its page in the price index. */
const PAGE = 4;
/** Doubles. */
export const LEVEL_PRICE = 4;
/** Lots of it that show. */
export const TOTAL = 5;
/** Lots of it that icebergs hide. */
const HIDDEN = 6;

const SIDE_WORDS = 4;
const BEST = 0;
const LEVELS = 1;
const ASCENDING = 2;

/** Some thousands of levels' rows. */
class LevelSegment {
  readonly words: Int32Array;
  readonly doubles: Float64Array;

  constructor() {
    const rows = new ArrayBuffer((LEVEL_MASK + 1) * 64);
    this.words = new Int32Array(rows);
    this.doubles = new Float64Array(rows);
  }
}

export class Levels {
  readonly segments: LevelSegment[] = [];
  readonly #index = new PriceIndex();
  #used = 0;
  #free = -1;
  #sides = new Int32Array(SIDE_WORDS * 16);
  #open = new Float64Array(16);
  /** Price of each side's best level; of an empty side a price that nothing reaches. */
  #touch = new Float64Array(16);
  #sideCount = 0;

  /** Adds a side; `ascending`: the lowest price is the best. Returns its number. */
  addSide(ascending: boolean): number {
    const side = this.#sideCount;
    if (side === this.#open.length) this.#growSides();
    this.#sides[side * SIDE_WORDS + BEST] = -1;
    this.#sides[side * SIDE_WORDS + ASCENDING] = ascending ? 1 : 0;
    this.#touch[side] = ascending ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.#sideCount += 1;
    this.#index.reserve(this.#sideCount);
    return side;
  }

  /** Best level of a side, −1 when empty. */
  best(side: number): number {
    return this.#sides[side * SIDE_WORDS + BEST]!;
  }

  /** Price of the best level; when the side is empty ∞ (ascending) or −∞, which no price reaches. */
  touch(side: number): number {
    return this.#touch[side]!;
  }

  /** Price of the best level, 0 when the side is empty. */
  bestPrice(side: number): number {
    const level = this.#sides[side * SIDE_WORDS + BEST]!;
    return level < 0 ? 0 : this.price(level);
  }

  /** Number of levels on a side. */
  levelCount(side: number): number {
    return this.#sides[side * SIDE_WORDS + LEVELS]!;
  }

  /** Lots open on a side, hidden ones too. */
  openQuantity(side: number): number {
    return this.#open[side]!;
  }

  addOpenQuantity(side: number, lots: number): void {
    this.#open[side] = this.#open[side]! + lots;
  }

  /** The level at a price, or −1. */
  find(side: number, price: number): number {
    return this.#index.find(side, price);
  }

  /** The level at a price, made when there is none. */
  at(side: number, price: number): number {
    const level = this.#index.find(side, price);
    return level >= 0 ? level : this.#create(side, price);
  }

  /** Takes an empty level out. Its row stays readable until another level is made. */
  remove(level: number): void {
    const { words, doubles } = this.segments[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_WORDS_SHIFT;
    const side = words[at + SIDE]!;
    const sides = this.#sides;
    const base = side * SIDE_WORDS;
    const left = this.#index.remove(words[at + PAGE]!, doubles[(at >>> 1) + LEVEL_PRICE]!);
    sides[base + LEVELS] = sides[base + LEVELS]! - 1;
    if (sides[base + BEST] === level) {
      this.#setBest(side, left === 0 ? -1 : this.#index.extreme(left, sides[base + ASCENDING] === 1));
    }
    words[at + HEAD] = this.#free;
    this.#free = level;
  }

  word(level: number, word: number): number {
    return this.segments[level >>> LEVEL_SHIFT]!.words[((level & LEVEL_MASK) << LEVEL_WORDS_SHIFT) + word]!;
  }

  price(level: number): number {
    return this.segments[level >>> LEVEL_SHIFT]!.doubles[
      ((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + LEVEL_PRICE
    ]!;
  }

  /** Lots of a level that show. */
  total(level: number): number {
    return this.segments[level >>> LEVEL_SHIFT]!.doubles[
      ((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + TOTAL
    ]!;
  }

  /** Lots of a level, shown and hidden. */
  openTotal(level: number): number {
    const { doubles } = this.segments[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT;
    return doubles[at + TOTAL]! + doubles[at + HIDDEN]!;
  }

  addHidden(level: number, lots: number): void {
    const { doubles } = this.segments[level >>> LEVEL_SHIFT]!;
    const at = ((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + HIDDEN;
    doubles[at] = doubles[at]! + lots;
  }

  /** Next level away from the best, or −1. */
  worse(level: number): number {
    const { words, doubles } = this.segments[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_WORDS_SHIFT;
    const isAscending = this.#sides[words[at + SIDE]! * SIDE_WORDS + ASCENDING] === 1;
    return this.#index.next(words[at + PAGE]!, doubles[(at >>> 1) + LEVEL_PRICE]!, isAscending);
  }

  #create(side: number, price: number): number {
    const level = this.#allocate();
    const { words, doubles } = this.segments[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_WORDS_SHIFT;
    const doublesAt = at >>> 1;
    words[at + HEAD] = -1;
    words[at + TAIL] = -1;
    words[at + COUNT] = 0;
    words[at + SIDE] = side;
    words[at + PAGE] = this.#index.insert(side, price, level);
    doubles[doublesAt + LEVEL_PRICE] = price;
    doubles[doublesAt + TOTAL] = 0;
    doubles[doublesAt + HIDDEN] = 0;

    const base = side * SIDE_WORDS;
    const sides = this.#sides;
    sides[base + LEVELS] = sides[base + LEVELS]! + 1;
    const touch = this.#touch[side]!;
    if (sides[base + ASCENDING] === 1 ? price < touch : price > touch) {
      sides[base + BEST] = level;
      this.#touch[side] = price;
    }
    return level;
  }

  #setBest(side: number, level: number): void {
    const base = side * SIDE_WORDS;
    const none = this.#sides[base + ASCENDING] === 1 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.#sides[base + BEST] = level;
    this.#touch[side] = level < 0 ? none : this.price(level);
  }

  #allocate(): number {
    const level = this.#free;
    if (level >= 0) {
      this.#free = this.word(level, HEAD);
      return level;
    }
    if (this.#used >>> LEVEL_SHIFT >= this.segments.length) this.segments.push(new LevelSegment());
    this.#used += 1;
    return this.#used - 1;
  }

  #growSides(): void {
    const sides = new Int32Array(this.#sides.length * 2);
    sides.set(this.#sides);
    this.#sides = sides;
    const open = new Float64Array(this.#open.length * 2);
    open.set(this.#open);
    this.#open = open;
    const touch = new Float64Array(this.#touch.length * 2);
    touch.set(this.#touch);
    this.#touch = touch;
  }
}
