import { ChainIndex } from "./chain-index.ts";
import { IntColumn } from "./columns.ts";

/** Open orders of a user in a symbol, counted only where the symbol limits them. */
export class OpenCounts {
  readonly #index = new ChainIndex();
  readonly #users = new IntColumn(0);
  readonly #symbols = new IntColumn(0);
  readonly #counts = new IntColumn(0);
  readonly #free: number[] = [];
  #used = 0;

  get(user: number, symbol: number): number {
    const entry = this.#find(user, symbol);
    return entry < 0 ? 0 : this.#counts.get(entry);
  }

  /** Adds 1 or −1. */
  add(user: number, symbol: number, change: number): void {
    let entry = this.#find(user, symbol);
    if (entry < 0) {
      entry = this.#free.pop() ?? this.#used;
      if (entry === this.#used) this.#used += 1;
      this.#users.set(entry, user);
      this.#symbols.set(entry, symbol);
      this.#counts.set(entry, 0);
      this.#index.insert(entry, hashOf(user, symbol));
    }
    const count = this.#counts.get(entry) + change;
    this.#counts.set(entry, count);
    if (count === 0) {
      this.#index.remove(entry);
      this.#free.push(entry);
    }
  }

  #find(user: number, symbol: number): number {
    let entry = this.#index.first(hashOf(user, symbol));
    while (entry >= 0 && (this.#users.get(entry) !== user || this.#symbols.get(entry) !== symbol)) {
      entry = this.#index.next(entry);
    }
    return entry;
  }
}

function hashOf(user: number, symbol: number): number {
  const hash = Math.imul(user, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
