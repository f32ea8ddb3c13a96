import type { OrderExtras } from "./order-extras.ts";
import { ExtraWord } from "./order-extras.ts";
import type { OrderTable } from "./order-table.ts";

/**
 * Heaps of orders through links in their extras, smallest key first: melding two is one comparison, taking
 * the first or any other out is logarithmic, amortised. A heap is its root's slot, −1 when empty.
 */
export class PairingHeaps {
  readonly #orders: OrderTable;
  readonly #extras: OrderExtras;
  readonly #keyOf: (slot: number) => number;

  constructor(orders: OrderTable, extras: OrderExtras, keyOf: (slot: number) => number) {
    this.#orders = orders;
    this.#extras = extras;
    this.#keyOf = keyOf;
  }

  /** Adds an order that is in no heap; returns the root. */
  insert(root: number, slot: number): number {
    const row = this.#orders.extras(slot);
    this.#extras.setWord(row, ExtraWord.HeapChild, -1);
    this.#extras.setWord(row, ExtraWord.HeapNext, -1);
    this.#extras.setWord(row, ExtraWord.HeapPrevious, -1);
    return this.meld(root, slot);
  }

  /** Makes one heap of two; returns its root. */
  meld(left: number, right: number): number {
    if (left < 0) return right;
    if (right < 0) return left;
    const leftIsFirst = this.#keyOf(left) <= this.#keyOf(right);
    const parent = leftIsFirst ? left : right;
    const child = leftIsFirst ? right : left;
    const first = this.#get(parent, ExtraWord.HeapChild);
    this.#set(child, ExtraWord.HeapNext, first);
    this.#set(child, ExtraWord.HeapPrevious, parent);
    if (first >= 0) this.#set(first, ExtraWord.HeapPrevious, child);
    this.#set(parent, ExtraWord.HeapChild, child);
    return parent;
  }

  /** Takes an order out of the heap that it is in; returns the root. */
  remove(root: number, slot: number): number {
    const rest = this.#meldChildren(slot);
    if (slot === root) return rest;
    const next = this.#get(slot, ExtraWord.HeapNext);
    const previous = this.#get(slot, ExtraWord.HeapPrevious);
    const isFirstChild = this.#get(previous, ExtraWord.HeapChild) === slot;
    this.#set(previous, isFirstChild ? ExtraWord.HeapChild : ExtraWord.HeapNext, next);
    if (next >= 0) this.#set(next, ExtraWord.HeapPrevious, previous);
    return this.meld(root, rest);
  }

  /** Calls with every order of a heap, in no order. */
  forEach(root: number, visit: (slot: number) => void): void {
    const pending = root < 0 ? [] : [root];
    for (let slot = pending.pop(); slot !== undefined; slot = pending.pop()) {
      visit(slot);
      let child = this.#get(slot, ExtraWord.HeapChild);
      while (child >= 0) {
        pending.push(child);
        child = this.#get(child, ExtraWord.HeapNext);
      }
    }
  }

  /** Two passes: pairs from the left, then all of them from the right. */
  #meldChildren(slot: number): number {
    let child = this.#get(slot, ExtraWord.HeapChild);
    let pairs = -1;
    while (child >= 0) {
      const left = child;
      const right = this.#get(left, ExtraWord.HeapNext);
      child = right < 0 ? -1 : this.#get(right, ExtraWord.HeapNext);
      this.#detach(left);
      if (right >= 0) this.#detach(right);
      const pair = this.meld(left, right);
      this.#set(pair, ExtraWord.HeapNext, pairs);
      pairs = pair;
    }
    let root = -1;
    while (pairs >= 0) {
      const next = this.#get(pairs, ExtraWord.HeapNext);
      this.#detach(pairs);
      root = this.meld(root, pairs);
      pairs = next;
    }
    return root;
  }

  #detach(slot: number): void {
    this.#set(slot, ExtraWord.HeapNext, -1);
    this.#set(slot, ExtraWord.HeapPrevious, -1);
  }

  #get(slot: number, word: number): number {
    return this.#extras.word(this.#orders.extras(slot), word);
  }

  #set(slot: number, word: number, value: number): void {
    this.#extras.setWord(this.#orders.extras(slot), word, value);
  }
}
