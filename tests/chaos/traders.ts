import { ApiClient, type ApiRequest, ApiUnreachableError } from "../../infra/tools/api-client/client.ts";
import type { Random } from "./random.ts";
import type { CommandWord, Told } from "./told.ts";

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
const SYMBOLS = ["BTC/USDT", "ETH/USDT", "SOL/USDT"] as const;
/** A command is sent again for this long before it counts as never answered. */
const GIVE_UP_AFTER_MS = 150_000;
const REMEMBERED_ORDERS = 20;
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
    const open: string[] = [];
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
  async #send(client: ApiClient, userId: string, key: string, random: Random, open: string[]): Promise<void> {
    const told = this.#told;
    const { word, request, target, ackOnly } = draw(random, open, key);
    told.sent += 1;
    try {
      const answer = await client.ask(request, ackOnly ? () => false : undefined);
      told.add({ word, userId, key, target, answer, ackOnly });
      const { orderId, status } = (answer.body ?? {}) as { orderId?: string; status?: string };
      if (word === "place" && (status === "OPEN" || status === "PARTIALLY_FILLED" || ackOnly)) {
        if (orderId !== undefined) open.push(orderId);
        if (open.length > REMEMBERED_ORDERS) open.shift();
      }
    } catch (cause) {
      if (!(cause instanceof ApiUnreachableError)) throw cause;
      told.unanswered.push(`${key}: ${cause.message}`);
    }
  }
}

interface Drawn {
  readonly word: CommandWord;
  readonly request: ApiRequest;
  readonly target: string | null;
  readonly ackOnly: boolean;
}

function draw(random: Random, open: string[], key: string): Drawn {
  const choice = random.next();
  if (open.length > 0 && choice < 0.3) {
    const target = open.splice(random.between(0, open.length - 1), 1)[0] as string;
    const request = { method: "DELETE", path: `/api/v1/orders/${target}`, idempotencyKey: key } as const;
    return { word: "cancel", target, request, ackOnly: false };
  }
  if (open.length > 0 && choice < 0.4) {
    const target = random.pick(open);
    const body = random.next() < 0.5 ? { quantity: quantity(random) } : { price: price(random, 0) };
    const request = { method: "PATCH", path: `/api/v1/orders/${target}`, body, idempotencyKey: key } as const;
    return { word: "amend", target, request, ackOnly: false };
  }
  const ackOnly = random.next() < 0.05;
  const body = { ...order(random), clientOrderId: key, ...(ackOnly && { responseType: "ACK" }) };
  const request = { method: "POST", path: "/api/v1/orders", body, idempotencyKey: key } as const;
  return { word: "place", target: null, request, ackOnly };
}

/** Prices close to each other, so that about every other order trades. */
function order(random: Random): object {
  const side = random.pick(["BUY", "SELL"] as const);
  const symbol = random.pick(SYMBOLS);
  const common = { symbol, side, quantity: quantity(random) };
  const kind = random.next();
  if (kind < 0.1) return { ...common, type: "MARKET", timeInForce: "IOC" };
  if (kind < 0.2) return { ...common, type: "LIMIT", timeInForce: "IOC", price: price(random, 0) };
  if (kind < 0.25) {
    const stop = side === "BUY" ? price(random, 60) : price(random, -60);
    return { ...common, type: "STOP", stopPrice: stop };
  }
  const away = side === "BUY" ? -6 : 6;
  return { ...common, type: "LIMIT", timeInForce: "GTC", price: price(random, away) };
}

function price(random: Random, away: number): string {
  return ((10_000 + away + random.between(-20, 20)) / 100).toFixed(2);
}

function quantity(random: Random): string {
  return (random.between(2_000, 60_000) / 1_000).toFixed(3);
}
