import { ChainIndex, textHash } from "./chain-index.ts";
import { TextColumn } from "./columns.ts";
import type { OrderTable } from "./order-table.ts";

/** Client order ids by order slot, and the open orders found by them. Orders without one cost nothing. */
export class ClientOrderIds {
  readonly #orders: OrderTable;
  readonly #texts = new TextColumn();
  readonly #index = new ChainIndex();

  constructor(orders: OrderTable) {
    this.#orders = orders;
  }

  text(slot: number): string {
    return this.#texts.get(slot);
  }

  setText(slot: number, text: string): void {
    this.#texts.set(slot, text);
  }

  /** Makes an open order findable; its row names user and symbol. */
  insert(slot: number): void {
    this.#index.insert(slot, hashOf(this.#orders.userSlot(slot), this.#orders.symbol(slot), this.text(slot)));
  }

  remove(slot: number): void {
    this.#index.remove(slot);
  }

  /** The user's open order of the symbol with this id, or −1. */
  find(user: number, symbol: number, text: string): number {
    let slot = this.#index.first(hashOf(user, symbol, text));
    while (slot >= 0) {
      const matches =
        this.#texts.get(slot) === text &&
        this.#orders.userSlot(slot) === user &&
        this.#orders.symbol(slot) === symbol;
      if (matches) break;
      slot = this.#index.next(slot);
    }
    return slot;
  }
}

function hashOf(user: number, symbol: number, text: string): number {
  return textHash(text, Math.imul(user, 0x9e3779b1) ^ (symbol << 8));
}
