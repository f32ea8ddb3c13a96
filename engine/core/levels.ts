import { PriceIndex } from "./price-index.ts";

/**
 * Price levels and the sides that order them. A side is any set of levels under one key order: bids, asks, the
 * two ways to wait for a trade price, and due times. A side knows its best level;
 * a {@link PriceIndex} finds a level by its price, and the next one.
 *
 * A level's row: 16 words, or 8 doubles, in segments that are never moved.
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
/** Doubles. */
export const LEVEL_PRICE = 4;
/** Lots of it that show. */
export const TOTAL = 5;
/** Lots of it that icebergs hide. */
const HIDDEN = 6;

const SIDE_WORDS = 4;
const BEST = 0;
const ROOT = 1;
const LEVELS = 2;
const ASCENDING = 3;

export class Levels {
  readonly words: Int32Array[] = [];
  readonly doubles: Float64Array[] = [];
  readonly #index: PriceIndex = new PriceIndex((level) => this.price(level));
  #used = 0;
  #free = -1;
  #sides = new Int32Array(SIDE_WORDS * 16);
  #open = new Float64Array(16);
  #sideCount = 0;

  /** Adds a side; `ascending`: the lowest price is the best. Returns its number. */
  addSide(ascending: boolean): number {
    const side = this.#sideCount;
    if (side === this.#open.length) this.#growSides();
    this.#sides[side * SIDE_WORDS + BEST] = -1;
    this.#sides[side * SIDE_WORDS + ASCENDING] = ascending ? 1 : 0;
    this.#sideCount += 1;
    return side;
  }

  /** Best level of a side, −1 when empty. */
  best(side: number): number {
    return this.#sides[side * SIDE_WORDS + BEST]!;
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
    const root = this.#sides[side * SIDE_WORDS + ROOT]!;
    if (root === 0) return -1;
    const level = this.#index.find(root, price);
    return level >= 0 && this.price(level) === price ? level : -1;
  }

  /** The level at a price, made when there is none. */
  at(side: number, price: number): number {
    const root = this.#sides[side * SIDE_WORDS + ROOT]!;
    const level = this.#index.find(root, price);
    if (level >= 0 && this.price(level) === price) return level;
    return this.#create(side, root, price);
  }

  /** Takes an empty level out. Its row stays readable until another level is made. */
  remove(level: number): void {
    const words = this.words[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_WORDS_SHIFT;
    const base = words[at + SIDE]! * SIDE_WORDS;
    const sides = this.#sides;
    const root = this.#index.remove(sides[base + ROOT]!, this.price(level));
    sides[base + ROOT] = root;
    sides[base + LEVELS] = sides[base + LEVELS]! - 1;
    if (sides[base + BEST] === level) {
      sides[base + BEST] = root === 0 ? -1 : this.#index.extreme(root, sides[base + ASCENDING] === 1);
    }
    words[at + HEAD] = this.#free;
    this.#free = level;
  }

  word(level: number, word: number): number {
    return this.words[level >>> LEVEL_SHIFT]![((level & LEVEL_MASK) << LEVEL_WORDS_SHIFT) + word]!;
  }

  price(level: number): number {
    return this.doubles[level >>> LEVEL_SHIFT]![((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + LEVEL_PRICE]!;
  }

  /** Lots of a level that show. */
  total(level: number): number {
    return this.doubles[level >>> LEVEL_SHIFT]![((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + TOTAL]!;
  }

  /** Lots of a level, shown and hidden. */
  openTotal(level: number): number {
    const doubles = this.doubles[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT;
    return doubles[at + TOTAL]! + doubles[at + HIDDEN]!;
  }

  addHidden(level: number, lots: number): void {
    const doubles = this.doubles[level >>> LEVEL_SHIFT]!;
    const at = ((level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT) + HIDDEN;
    doubles[at] = doubles[at]! + lots;
  }

  /** Next level away from the best, or −1. */
  worse(level: number): number {
    const base = this.word(level, SIDE) * SIDE_WORDS;
    return this.#index.next(
      this.#sides[base + ROOT]!,
      this.price(level),
      this.#sides[base + ASCENDING] === 1,
    );
  }

  #create(side: number, root: number, price: number): number {
    const level = this.#allocate();
    const words = this.words[level >>> LEVEL_SHIFT]!;
    const at = (level & LEVEL_MASK) << LEVEL_WORDS_SHIFT;
    words[at + HEAD] = -1;
    words[at + TAIL] = -1;
    words[at + COUNT] = 0;
    words[at + SIDE] = side;
    const doubles = this.doubles[level >>> LEVEL_SHIFT]!;
    const doublesAt = (level & LEVEL_MASK) << LEVEL_DOUBLES_SHIFT;
    doubles[doublesAt + LEVEL_PRICE] = price;
    doubles[doublesAt + TOTAL] = 0;
    doubles[doublesAt + HIDDEN] = 0;

    const base = side * SIDE_WORDS;
    const sides = this.#sides;
    sides[base + ROOT] = this.#index.insert(root, price, level);
    sides[base + LEVELS] = sides[base + LEVELS]! + 1;
    const best = sides[base + BEST]!;
    const isBest =
      best < 0 || (sides[base + ASCENDING] === 1 ? price < this.price(best) : price > this.price(best));
    if (isBest) sides[base + BEST] = level;
    return level;
  }

  #allocate(): number {
    const level = this.#free;
    if (level >= 0) {
      this.#free = this.word(level, HEAD);
      return level;
    }
    if (this.#used >>> LEVEL_SHIFT >= this.words.length) {
      const buffer = new ArrayBuffer((LEVEL_MASK + 1) * 64);
      this.words.push(new Int32Array(buffer));
      this.doubles.push(new Float64Array(buffer));
    }
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
  }
}
