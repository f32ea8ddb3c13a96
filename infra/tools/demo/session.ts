import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type ApiClient, ApiRefusedError } from "../api-client/client.ts";
import { findSymbol, inPath, type SymbolBody } from "../api-client/endpoints.ts";
import { DEMO_MARKETS, type DemoMarket } from "./markets.ts";
import { DEMO_USERS, type DemoBatch, PairTraders } from "./pair-traders.ts";
import { Random } from "./random.ts";

/** Steps taken without a pause, so that there is a market to look at from the first moment. */
const STEPS_AT_FIRST = 40;
/** Share of a step's time by which it may come early or late: nobody trades by the beat. */
const UNEVENNESS = 0.5;

/** The simulated traders of all pairs, over the public API like anybody. */
export class DemoSession {
  readonly #client: ApiClient;
  readonly #seed: number;
  #commands = 0;

  constructor(client: ApiClient, seed: number) {
    this.#client = client;
    this.#seed = seed;
  }

  /** Commands sent so far. */
  get commands(): number {
    return this.#commands;
  }

  /** Begins every pair; resolves when each has a market. `run` goes on from there. */
  async begin(): Promise<readonly (() => Promise<never>)[]> {
    // What an earlier run left in the books is at yesterday's prices.
    for (const userId of DEMO_USERS) await this.#ask("DELETE", "/api/v1/orders", userId);
    return Promise.all(DEMO_MARKETS.map((market, index) => this.#beginPair(market, index)));
  }

  async #beginPair(market: DemoMarket, index: number): Promise<() => Promise<never>> {
    const pair = await findSymbol(this.#client, market.symbol);
    if (pair === null) throw new Error(`there is no pair ${market.symbol}`);
    const random = new Random(this.#seed + index);
    const traders = new PairTraders(random, market, pair, await this.#lastPrice(pair));
    for (let step = 0; step < STEPS_AT_FIRST; step += 1) await this.#send(traders.next());
    return async () => {
      for (;;) {
        await pause(market.everyMs * (1 - UNEVENNESS / 2 + UNEVENNESS * random.next()));
        await this.#send(traders.next());
      }
    };
  }

  async #send(batches: readonly DemoBatch[]): Promise<void> {
    for (const { userId, items } of batches) {
      this.#commands += items.length;
      await this.#ask("POST", "/api/v1/orders/batch", userId, { orders: items });
    }
  }

  async #lastPrice({ symbol }: SymbolBody): Promise<string | null> {
    const path = `/api/v1/markets/${inPath(symbol)}/trades?limit=1`;
    const answer = await this.#client.ask({ method: "GET", path, answers: ["MARKET_DATA_UNAVAILABLE"] });
    const { trades = [] } = (answer.body ?? {}) as {
      readonly trades?: readonly { readonly price: string }[];
    };
    return trades[0]?.price ?? null;
  }

  /** Items that are refused (a level that was filled cannot be cancelled) are part of trading; a refused call is not. */
  async #ask(method: "POST" | "DELETE", path: string, userId: string, body?: object): Promise<void> {
    const answer = await this.#client.ask({
      method,
      path,
      token: `dev:${userId}`,
      idempotencyKey: randomUUID(),
      ...(body !== undefined && { body }),
    });
    if (answer.status !== 200) throw new ApiRefusedError(`${method} ${path}`, answer);
  }
}
