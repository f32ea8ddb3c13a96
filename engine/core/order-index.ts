import type { IdWords } from "./command.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

const PAGE_SHIFT = 12;
const PAGE_SIZE = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_SIZE - 1;
const FIRST_BUCKETS = 1_024;

/**
 * Open orders by id: linear hashing, so that growth splits one bucket at a time. The chains are in the orders' links,
 * each with its hash, so that a row is looked at only where the hash is the one looked for, and no hash
 * is made twice. A chain ends at slot 0, which is no order's: a bucket's first entry is compared without asking
 * whether there is one, which nobody could predict. The caller hashes the id ({@link idHash}), since
 * most ids are looked for, then added.
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
    // No id is all zeros and hashes to 1: slot 0 is never found.
    orders.setLink(0, Row.HASH, 1);
  }

  get count(): number {
    return this.#count;
  }

  /** Slot of the open order with this id, whose hash is given, or −1. */
  find(hash: number, id: IdWords): number {
    const { segments } = this.#orders;
    const bucket = this.#bucketOf(hash);
    let slot = this.#heads[bucket >>> PAGE_SHIFT]![bucket & PAGE_MASK]!;
    do {
      const { words, links } = segments[slot >>> Row.SEGMENT_SHIFT]!;
      const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
      if (links[link + Row.HASH] === hash && isId(words, (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS, id)) {
        return slot;
      }
      slot = links[link + Row.HASH_NEXT]!;
    } while (slot !== 0);
    return -1;
  }

  /** Adds an order by its id's hash; the id must not be there yet. */
  insert(slot: number, hash: number): void {
    // Half full: most look-ups of an id that is not there touch no order.
    if (this.#count * 2 >= this.#buckets) this.#split();
    const bucket = this.#bucketOf(hash);
    const heads = this.#heads[bucket >>> PAGE_SHIFT]!;
    const { links } = this.#orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
    const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
    links[link + Row.HASH] = hash;
    links[link + Row.HASH_NEXT] = heads[bucket & PAGE_MASK]!;
    heads[bucket & PAGE_MASK] = slot;
    this.#count += 1;
  }

  remove(slot: number): void {
    const { links } = this.#orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
    const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
    const after = links[link + Row.HASH_NEXT]!;
    const bucket = this.#bucketOf(links[link + Row.HASH]!);
    const heads = this.#heads[bucket >>> PAGE_SHIFT]!;
    const first = heads[bucket & PAGE_MASK]!;
    if (first === slot) heads[bucket & PAGE_MASK] = after;
    else this.#unchain(first, slot, after);
    this.#count -= 1;
  }

  #unchain(first: number, slot: number, after: number): void {
    let before = first;
    for (;;) {
      if (before === 0) throw new Error("order index: the order to remove is not in its chain");
      const next = this.#orders.link(before, Row.HASH_NEXT);
      if (next === slot) break;
      before = next;
    }
    this.#orders.setLink(before, Row.HASH_NEXT, after);
  }

  /** Without a branch, which nobody could predict: a bucket that is not there yet is its lower half's. */
  #bucketOf(hash: number): number {
    const mask = this.#mask;
    const bucket = hash & mask;
    const isMissing = (this.#buckets - 1 - bucket) >> 31;
    return bucket & (mask ^ (isMissing & ((mask >>> 1) + 1)));
  }

  #split(): void {
    if (this.#buckets > this.#mask) this.#mask = this.#mask * 2 + 1;
    const fresh = this.#buckets;
    if (fresh >>> PAGE_SHIFT >= this.#heads.length) this.#addPage();
    const old = fresh & (this.#mask >>> 1);
    this.#buckets += 1;
    let slot = this.#heads[old >>> PAGE_SHIFT]![old & PAGE_MASK]!;
    let kept = 0;
    let moved = 0;
    while (slot !== 0) {
      const { links } = this.#orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
      const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
      const after = links[link + Row.HASH_NEXT]!;
      if ((links[link + Row.HASH]! & this.#mask) === fresh) {
        links[link + Row.HASH_NEXT] = moved;
        moved = slot;
      } else {
        links[link + Row.HASH_NEXT] = kept;
        kept = slot;
      }
      slot = after;
    }
    this.#heads[old >>> PAGE_SHIFT]![old & PAGE_MASK] = kept;
    this.#heads[fresh >>> PAGE_SHIFT]![fresh & PAGE_MASK] = moved;
  }

  #addPage(): void {
    this.#heads.push(new Int32Array(PAGE_SIZE));
  }
}

/** Hash of an id. */
export function idHash(id: IdWords): number {
  return wordsHash(id.a | 0, id.b | 0, id.c | 0, id.d | 0);
}

/** Hash of an id's words; signed or unsigned words give the same. */
export function wordsHash(a: number, b: number, c: number, d: number): number {
  const hash =
    Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  return hash ^ (hash >>> 15);
}

function isId(words: Int32Array, at: number, id: IdWords): boolean {
  return (
    words[at + 3] === (id.d | 0) &&
    words[at + 2] === (id.c | 0) &&
    words[at + 1] === (id.b | 0) &&
    words[at] === (id.a | 0)
  );
}
