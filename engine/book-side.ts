import type { BookLevel } from "./ports.ts";

/** One side of a book by price, kept sorted: reads of the top cost nothing, a change a binary search. */
export class BookSide {
  readonly #levels = new Map<number, BookLevel>();
  /** Ascending. */
  readonly #prices: number[] = [];
  readonly #bestIsHighest: boolean;

  constructor(bestIsHighest: boolean) {
    this.#bestIsHighest = bestIsHighest;
  }

  /** Puts a level in the place of what was at its price; quantity 0 takes it away. */
  set(level: BookLevel): void {
    const known = this.#levels.has(level.price);
    if (level.quantity !== 0) {
      if (!known) this.#prices.splice(this.#placeOf(level.price), 0, level.price);
      this.#levels.set(level.price, level);
    } else if (known) {
      this.#prices.splice(this.#placeOf(level.price), 1);
      this.#levels.delete(level.price);
    }
  }

  clear(): void {
    this.#prices.length = 0;
    this.#levels.clear();
  }

  /** Best first. */
  top(limit: number): BookLevel[] {
    const prices = this.#bestIsHighest ? this.#prices.slice(-limit).reverse() : this.#prices.slice(0, limit);
    return prices.flatMap((price) => this.#levels.get(price) ?? []);
  }

  /** Levels. */
  get size(): number {
    return this.#prices.length;
  }

  /** The level at a rank, 0 the best; undefined beyond the worst. */
  at(rank: number): BookLevel | undefined {
    const price = this.#prices[this.#bestIsHighest ? this.#prices.length - 1 - rank : rank];
    return price === undefined ? undefined : this.#levels.get(price);
  }

  /** The level at a price, if there is one. */
  get(price: number): BookLevel | undefined {
    return this.#levels.get(price);
  }

  /** Where a price stands, or would stand, among the prices. */
  #placeOf(price: number): number {
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prices[middle] ?? 0) < price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
