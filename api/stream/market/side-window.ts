import { BookSide } from "../../../engine/book-side.ts";
import type { BookLevel } from "../../../engine/ports.ts";

/**
 * One side of a book, of which the best so many levels show. What is told of a change is what it does to
 * them: a level that falls out is told as gone, one that moves in as new, so a copy made of what is told
 * is always exactly the levels that show.
 */
export class SideWindow {
  readonly #side: BookSide;
  readonly #bestIsHighest: boolean;
  readonly #levels: number;

  /** @param levels how many show */
  constructor(bestIsHighest: boolean, levels: number) {
    this.#side = new BookSide(bestIsHighest);
    this.#bestIsHighest = bestIsHighest;
    this.#levels = levels;
  }

  /** Puts a whole side in place of what was there. */
  replace(levels: readonly BookLevel[]): void {
    this.#side.clear();
    for (const level of levels) this.#side.set(level);
  }

  /** Best first. */
  top(limit: number): BookLevel[] {
    return this.#side.top(Math.min(limit, this.#levels));
  }

  /**
   * Applies changed levels; quantity 0 takes one away.
   * @param told called with each level that shows differently now, as it shows; quantity 0: no more
   */
  apply(changes: readonly BookLevel[], told: (level: BookLevel) => void): void {
    const before = this.#worst();
    for (const level of changes) this.#side.set(level);
    const after = this.#worst();
    for (const { price } of changes) {
      const shows = this.#within(price, after) ? this.#side.get(price) : undefined;
      if (shows !== undefined) told(shows);
      else if (this.#within(price, before)) told(gone(price));
    }
    this.#tellMoved(before, after, told);
  }

  /** Levels that did not change and show, or stopped to, because others did. */
  #tellMoved(before: number | null, after: number | null, told: (level: BookLevel) => void): void {
    if (before !== null && (after === null || this.#isBetter(before, after))) {
      // Room at the end: those behind the old limit have moved in.
      for (let rank = Math.min(this.#levels, this.#side.size) - 1; rank >= 0; rank--) {
        const level = this.#side.at(rank);
        if (level === undefined || !this.#isBetter(before, level.price)) break;
        told(level);
      }
    } else if (after !== null) {
      for (let rank = this.#levels; ; rank++) {
        const level = this.#side.at(rank);
        if (level === undefined || !this.#within(level.price, before)) break;
        told(gone(level.price));
      }
    }
  }

  /** Price of the last level that shows; null: all of them do. */
  #worst(): number | null {
    return this.#side.at(this.#levels - 1)?.price ?? null;
  }

  #within(price: number, worst: number | null): boolean {
    return worst === null || price === worst || this.#isBetter(price, worst);
  }

  #isBetter(price: number, other: number): boolean {
    return this.#bestIsHighest ? price > other : price < other;
  }
}

function gone(price: number): BookLevel {
  return { price, quantity: 0, orders: 0 };
}
