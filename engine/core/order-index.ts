import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

const PAGE_SHIFT = 12;
const PAGE_SIZE = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_SIZE - 1;
const FIRST_BUCKETS = 1_024;

/**
 * Open orders by id: linear hashing with the chains inside the order rows, so that a look-up touches one
 * bucket and the row that it is after, and growth splits one bucket at a time.
 */
export class OrderIndex {
  readonly #orders: OrderTable;
  readonly #heads: Int32Array[] = [];
  #buckets = FIRST_BUCKETS;
  #mask = FIRST_BUCKETS * 2 - 1;
  #count = 0;

  constructor(orders: OrderTable) {
    this.#orders = orders;
    this.#addPage();
  }

  get count(): number {
    return this.#count;
  }

  /** Slot of the open order with this id, or −1. */
  find(a: number, b: number, c: number, d: number): number {
    const bucket = this.#bucketOf(idHash(a, b, c, d));
    let slot = this.#heads[bucket >>> PAGE_SHIFT]![bucket & PAGE_MASK]!;
    while (slot >= 0) {
      const words = this.#orders.words[slot >>> Row.SEGMENT_SHIFT]!;
      const at = (slot & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
      if (
        words[at + 3] === (d | 0) &&
        words[at + 2] === (c | 0) &&
        words[at + 1] === (b | 0) &&
        words[at] === (a | 0)
      ) {
        return slot;
      }
      slot = words[at + Row.HASH_NEXT]!;
    }
    return -1;
  }

  /** Adds an order whose row, with its id, is in `words` at `at`; the id must not be there yet. */
  insert(slot: number, words: Int32Array, at: number): void {
    // Half full: most look-ups of an id that is not there touch no order.
    if (this.#count * 2 >= this.#buckets) this.#split();
    const bucket = this.#bucketOf(idHash(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!));
    const heads = this.#heads[bucket >>> PAGE_SHIFT]!;
    words[at + Row.HASH_NEXT] = heads[bucket & PAGE_MASK]!;
    heads[bucket & PAGE_MASK] = slot;
    this.#count += 1;
  }

  remove(slot: number): void {
    const segments = this.#orders.words;
    const words = segments[slot >>> Row.SEGMENT_SHIFT]!;
    const at = (slot & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
    const after = words[at + Row.HASH_NEXT]!;
    const bucket = this.#bucketOf(idHash(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!));
    const heads = this.#heads[bucket >>> PAGE_SHIFT]!;
    let cursor = heads[bucket & PAGE_MASK]!;
    if (cursor === slot) heads[bucket & PAGE_MASK] = after;
    else {
      for (;;) {
        if (cursor < 0) throw new Error("order index: the order to remove is not in its chain");
        const chain = segments[cursor >>> Row.SEGMENT_SHIFT]!;
        const link = ((cursor & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT) + Row.HASH_NEXT;
        cursor = chain[link]!;
        if (cursor === slot) {
          chain[link] = after;
          break;
        }
      }
    }
    this.#count -= 1;
  }

  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1);
  }

  #split(): void {
    if (this.#buckets > this.#mask) this.#mask = this.#mask * 2 + 1;
    const fresh = this.#buckets;
    if (fresh >>> PAGE_SHIFT >= this.#heads.length) this.#addPage();
    const old = fresh & (this.#mask >>> 1);
    this.#buckets += 1;
    let slot = this.#heads[old >>> PAGE_SHIFT]![old & PAGE_MASK]!;
    let kept = -1;
    let moved = -1;
    while (slot >= 0) {
      const words = this.#orders.words[slot >>> Row.SEGMENT_SHIFT]!;
      const at = (slot & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
      const after = words[at + Row.HASH_NEXT]!;
      const hash = idHash(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
      if ((hash & this.#mask) === fresh) {
        words[at + Row.HASH_NEXT] = moved;
        moved = slot;
      } else {
        words[at + Row.HASH_NEXT] = kept;
        kept = slot;
      }
      slot = after;
    }
    this.#heads[old >>> PAGE_SHIFT]![old & PAGE_MASK] = kept;
    this.#heads[fresh >>> PAGE_SHIFT]![fresh & PAGE_MASK] = moved;
  }

  #addPage(): void {
    this.#heads.push(new Int32Array(PAGE_SIZE).fill(-1));
  }
}

/** Hash of an id's words; signed or unsigned words give the same. */
export function idHash(a: number, b: number, c: number, d: number): number {
  let hash =
    Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
