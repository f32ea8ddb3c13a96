import { ChainIndex } from "./chain-index.ts";
import type { IdWords } from "./command.ts";
import type { OrderExtras } from "./order-extras.ts";
import { ExtraWord } from "./order-extras.ts";
import { idHash } from "./order-index.ts";
import type { OrderTable } from "./order-table.ts";

/** Lists whose legs are both open, by the list's id: each is found as its limit leg. */
export class ListIndex {
  readonly #orders: OrderTable;
  readonly #extras: OrderExtras;
  readonly #index = new ChainIndex();

  constructor(orders: OrderTable, extras: OrderExtras) {
    this.#orders = orders;
    this.#extras = extras;
  }

  /** Adds a limit leg whose extras have the list's id. */
  insert(limitLeg: number): void {
    this.#index.insert(limitLeg, this.#hashOf(limitLeg));
  }

  remove(limitLeg: number): void {
    this.#index.remove(limitLeg);
  }

  /** Slot of a list's limit leg, or −1. */
  find(id: IdWords): number {
    let slot = this.#index.first(idHash(id.a, id.b, id.c, id.d));
    while (slot >= 0 && !this.#isOf(slot, id)) slot = this.#index.next(slot);
    return slot;
  }

  #isOf(slot: number, id: IdWords): boolean {
    const row = this.#orders.extras(slot);
    const word = (at: number): number => this.#extras.word(row, ExtraWord.ListId + at);
    return (
      word(0) === (id.a | 0) && word(1) === (id.b | 0) && word(2) === (id.c | 0) && word(3) === (id.d | 0)
    );
  }

  #hashOf(slot: number): number {
    const row = this.#orders.extras(slot);
    const word = (at: number): number => this.#extras.word(row, ExtraWord.ListId + at);
    return idHash(word(0), word(1), word(2), word(3));
  }
}
