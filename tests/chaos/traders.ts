import { ApiClient, ApiUnreachableError } from "../../infra/tools/api-client/client.ts";
import { draw, OpenOrders } from "./drawn-commands.ts";
import type { Random } from "./random.ts";
import type { Told } from "./told.ts";

export interface TradersOptions {
  readonly urls: readonly string[];
  readonly random: Random;
  /** Commands a second of all traders together. */
  readonly rate: number;
  /** Distinguishes keys of one run from another's. */
  readonly run: string;
}

const USERS = 8;
const TRADERS = 48;
/** A command is sent again for this long before it counts as never answered. */
const GIVE_UP_AFTER_MS = 150_000;
/** Of one trader: an answer that takes long does not keep it from going on, up to a point. */
const MOST_UNDER_WAY = 30;

/**
 * Clients of the public API, several of each user. Each sends at its own pace, whatever became of the
 * command before; each command goes out under an Idempotency-Key, and again under the same key until
 * the answer is certain.
 */
export class Traders {
  readonly #options: TradersOptions;
  readonly #told: Told;
  readonly #ended: Promise<void>[];
  #stopping = false;

  constructor(options: TradersOptions, told: Told) {
    this.#options = options;
    this.#told = told;
    this.#ended = Array.from({ length: TRADERS }, (_, number) => this.#trade(number, options.random.fork()));
  }

  /** Takes no new commands; resolves when every one under way has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#ended);
  }

  async #trade(number: number, random: Random): Promise<void> {
    const { urls, rate, run } = this.#options;
    const userId = `chaos-${number % USERS}`;
    const told = this.#told;
    const client = new ApiClient({
      // Each begins at another process.
      urls: [...urls.slice(number % urls.length), ...urls.slice(0, number % urls.length)],
      token: `dev:${userId}`,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
      onRetry: () => {
        told.retries += 1;
      },
    });
    const open = new OpenOrders();
    const underWay = new Set<Promise<void>>();
    const everyMs = (1_000 * TRADERS) / rate;
    let dueMs = performance.now() + random.next() * everyMs;
    for (let count = 0; !this.#stopping; count++) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      dueMs = Math.max(dueMs + everyMs, performance.now() - everyMs);
      if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
      const command = this.#send(client, userId, `${run}-${number}-${count}`, random, open);
      underWay.add(command);
      void command.finally(() => underWay.delete(command));
    }
    await Promise.all(underWay);
  }

  /** Sends one command until its answer is certain. */
  async #send(
    client: ApiClient,
    userId: string,
    key: string,
    random: Random,
    open: OpenOrders,
  ): Promise<void> {
    const told = this.#told;
    const { word, request, target, ackOnly } = draw(random, open, key);
    told.sent += 1;
    try {
      const answer = await client.ask(request, ackOnly ? () => false : undefined);
      told.add({ word, userId, key, target, answer, ackOnly });
      open.learn(word, answer, ackOnly);
    } catch (cause) {
      if (!(cause instanceof ApiUnreachableError)) throw cause;
      told.unanswered.push(`${key}: ${cause.message}`);
    }
  }
}
