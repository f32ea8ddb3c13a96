import type { HttpCaller } from "../http-caller.ts";

/** Orders of several users around one price, some cancelled again: a book that changes all the time. */
export class Trading {
  readonly #caller: HttpCaller;
  readonly #users: readonly string[];
  #seed: number;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(caller: HttpCaller, users: readonly string[], seed: number) {
    this.#caller = caller;
    this.#users = users;
    this.#seed = seed;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves when everything that was sent is answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await Promise.all(this.#users.map((user) => this.#batch(user).catch(() => undefined)));
    }
  }

  async #batch(user: string): Promise<void> {
    const orders = Array.from({ length: 8 }, () => ({
      symbol: "BTC/USDT",
      side: this.#below(2) === 0 ? "BUY" : "SELL",
      type: "LIMIT",
      quantity: `0.${1 + this.#below(9)}`,
      price: `${50_000 + this.#below(60) - 30}.00`,
      timeInForce: this.#below(4) === 0 ? "IOC" : "GTC",
    }));
    await this.#caller.as(user).call("POST", "/orders/batch", { orders });
    if (this.#below(5) === 0) await this.#caller.as(user).call("DELETE", "/orders?symbol=BTC%2FUSDT");
  }

  /** xorshift, 0…limit−1. */
  #below(limit: number): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) % limit;
  }
}
