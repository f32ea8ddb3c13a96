import { ChainIndex } from "./chain-index.ts";
import type { IdWords } from "./command.ts";
import type { OrderExtras } from "./order-extras.ts";
import { ExtraWord } from "./order-extras.ts";
import { idHash, wordsHash } from "./order-index.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

/** Open legs of lists by the list's id. A list is open while one of its legs is. */
export class ListIndex {
  readonly #orders: OrderTable;
  readonly #extras: OrderExtras;
  readonly #index = new ChainIndex();

  constructor(orders: OrderTable, extras: OrderExtras) {
    this.#orders = orders;
    this.#extras = extras;
  }

  /** Adds an open leg whose extras have the list's id. */
  insert(leg: number): void {
    this.#index.insert(leg, this.#hashOf(leg));
  }

  remove(leg: number): void {
    this.#index.remove(leg);
  }

  /** Slot of a list's open limit leg, or of its stop leg; −1 when that is not open. */
  find(id: IdWords, isStopLeg: boolean): number {
    const wanted = isStopLeg ? Row.IS_STOP_LEG : 0;
    let slot = this.#index.first(idHash(id));
    while (slot >= 0 && !(this.#isOf(slot, id) && (this.#orders.bits(slot) & Row.IS_STOP_LEG) === wanted)) {
      slot = this.#index.next(slot);
    }
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
    return wordsHash(word(0), word(1), word(2), word(3));
  }
}
