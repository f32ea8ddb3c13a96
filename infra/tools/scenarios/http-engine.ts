import { randomUUID } from "node:crypto";
import type { ApiAnswer, ApiClient } from "../api-client/client.ts";
import {
  bodyOf,
  createSymbol,
  inPath,
  type OrderBody,
  type OwnTradeBody,
  readDepth,
} from "../api-client/endpoints.ts";
import type {
  EngineBook,
  EngineLook,
  EngineOrder,
  EngineQueued,
  EngineTrade,
  NewOrder,
  Placed,
  ScenarioEngine,
} from "./engine.ts";
import {
  decimal,
  engineOrder,
  isLive,
  levelsOf,
  levelView,
  orderTerms,
  refusalOf,
  refusedPlacement,
} from "./http-bodies.ts";
import { type Arrival, type QueuedInput, queueOf } from "./http-queue.ts";

/** How long the public book may take to show what the engine has answered already. */
const BOOK_DEADLINE_MS = 5_000;
const BOOK_PAUSE_MS = 5;
const ALL_LEVELS = 1_000;

/**
 * Scenarios over the public HTTP API: each gets a new symbol with steps of 1, and each of its owners
 * is a user of their own, by dev token.
 */
export class HttpEngine implements ScenarioEngine {
  readonly #client: ApiClient;
  readonly #tokenPrefix: string;
  /** Of this run: symbols, users and idempotency keys are its own. */
  readonly #run = randomUUID().replaceAll("-", "").slice(0, 9).toUpperCase();
  #books = 0;

  /** @param tokenPrefix what a bearer token is before the user: `dev:` */
  constructor(client: ApiClient, tokenPrefix: string) {
    this.#client = client;
    this.#tokenPrefix = tokenPrefix;
  }

  async open(): Promise<EngineBook> {
    this.#books += 1;
    const base = `S${this.#run}${this.#books.toString(36).toUpperCase()}`;
    const symbol = `${base}/TST`;
    const key = `${this.#run}-${this.#books}`;
    const body = await createSymbol(this.#client, { symbol, priceStep: "1", quantityStep: "1" }, key);
    return new HttpBook(
      this.#client,
      symbol,
      body.symbolNumber,
      `${this.#tokenPrefix}${base.toLowerCase()}-`,
    );
  }
}

/** An order of the scenario as the API last told it. */
interface KnownOrder {
  readonly user: string;
  readonly terms: NewOrder;
  /** Where it stands among those that came to its price: the sequence of its placement. */
  readonly arrival: Arrival;
  body: OrderBody;
}

/** What a replacement is answered with. */
interface ReplacedBody {
  readonly cancelled: OrderBody;
  readonly placed: OrderBody;
}

class HttpBook implements EngineBook {
  readonly #client: ApiClient;
  readonly #symbol: string;
  readonly #symbolNumber: number;
  readonly #tokenPrefix: string;
  readonly #orders = new Map<string, KnownOrder>();

  constructor(client: ApiClient, symbol: string, symbolNumber: number, tokenPrefix: string) {
    this.#client = client;
    this.#symbol = symbol;
    this.#symbolNumber = symbolNumber;
    this.#tokenPrefix = tokenPrefix;
  }

  async place(order: NewOrder): Promise<Placed> {
    const body = { symbol: this.#symbol, ...orderTerms(order), responseType: "FULL" };
    const answer = await this.#command("POST", "/api/v1/orders", order.user, body);
    if (answer.status !== 201) return refusedPlacement(answer);
    return this.#placed(order, answer.body as OrderBody);
  }

  async cancel(orderId: string, user: string): Promise<string | null> {
    return this.#changed(await this.#command("DELETE", `/api/v1/orders/${orderId}`, user));
  }

  async reduce(orderId: string, user: string, qty: number): Promise<string | null> {
    const body = { reduceBy: decimal(qty) };
    return this.#changed(await this.#command("PATCH", `/api/v1/orders/${orderId}`, user, body));
  }

  async replace(orderId: string, user: string, order: NewOrder): Promise<Placed> {
    const body = { ...orderTerms(order), mode: "STOP_ON_FAILURE", responseType: "FULL" };
    const answer = await this.#command("POST", `/api/v1/orders/${orderId}/replace`, user, body);
    if (answer.status !== 200) return refusedPlacement(answer);
    const { cancelled, placed } = answer.body as ReplacedBody;
    this.#update(cancelled);
    return this.#placed(order, placed);
  }

  async order(orderId: string): Promise<EngineOrder | null> {
    if (!this.#orders.has(orderId)) return null;
    await this.#refresh(orderId);
    return engineOrder((this.#orders.get(orderId) as KnownOrder).body);
  }

  /** Carries the symbol's number, so that the question gets as far as the engine. */
  unknownId(): string {
    const random = randomUUID();
    return `${random.slice(0, 14)}7${random.slice(15, 32)}${this.#symbolNumber.toString(16).padStart(4, "0")}`;
  }

  async look(): Promise<EngineLook> {
    const live = [...this.#orders].filter(([, { body }]) => isLive(body));
    await Promise.all(live.map(([orderId]) => this.#refresh(orderId)));
    const [bids, asks] = await Promise.all([this.#queued("BUY"), this.#queued("SELL")]);
    const [depth, lastPrice] = await Promise.all([this.#depthThatShows(bids, asks), this.#lastPrice()]);
    const orders = new Map([...this.#orders].map(([orderId, { body }]) => [orderId, engineOrder(body)]));
    return {
      orders,
      bids: { levels: depth.bids, queue: bids },
      asks: { levels: depth.asks, queue: asks },
      lastPrice,
      contradiction: depth.contradiction,
    };
  }

  async #placed(order: NewOrder, body: OrderBody): Promise<Placed> {
    const arrival: Arrival = { sequence: body.sequence ?? 0, tradeId: "" };
    this.#orders.set(body.orderId, { user: order.user, terms: order, arrival, body });
    const fills = (body.fills ?? []).filter(({ liquidity }) => liquidity === "TAKER");
    const makers = await this.#makersOf(new Set(fills.map(({ tradeId }) => tradeId)));
    const trades = fills.map(
      ({ tradeId, price, quantity }): EngineTrade => ({
        makerOrderId: makers.get(tradeId) ?? "nobody",
        price: Number(price),
        qty: Number(quantity),
      }),
    );
    const killed = body.timeInForce === "FOK" && body.status === "EXPIRED";
    return { orderId: body.orderId, refusal: null, killed, trades };
  }

  /** Whose order was met in each trade: every user is asked for their own. */
  async #makersOf(tradeIds: ReadonlySet<string>): Promise<Map<string, string>> {
    const makers = new Map<string, string>();
    if (tradeIds.size === 0) return makers;
    const users = new Set([...this.#orders.values()].map(({ user }) => user));
    const told = await Promise.all([...users].map((user) => this.#tradesOf(user, "")));
    for (const { tradeId, orderId, liquidity } of told.flat()) {
      if (liquidity === "MAKER" && tradeIds.has(tradeId)) makers.set(tradeId, orderId);
    }
    return makers;
  }

  async #tradesOf(user: string, query: string): Promise<readonly OwnTradeBody[]> {
    const path = `/api/v1/trades?symbol=${encodeURIComponent(this.#symbol)}&limit=1000${query}`;
    const answer = await this.#client.ask({ method: "GET", path, token: this.#token(user) });
    return bodyOf<{ readonly trades: readonly OwnTradeBody[] }>(answer, 200, "own trades").trades;
  }

  /** Open orders of a side, in queue order as it follows from what their owners are told. */
  async #queued(side: "BUY" | "SELL"): Promise<EngineQueued[]> {
    const inputs: QueuedInput[] = [];
    for (const [orderId, { user, arrival, body }] of this.#orders) {
      if (body.side !== side || !isLive(body)) continue;
      const isIceberg = body.displayQuantity !== null;
      const trades = isIceberg ? await this.#tradesOf(user, `&orderId=${orderId}`) : [];
      inputs.push({
        orderId,
        price: Number(body.price),
        quantity: Number(body.quantity),
        remaining: Number(body.remainingQuantity),
        display: isIceberg ? Number(body.displayQuantity) : null,
        arrival,
        trades,
      });
    }
    return queueOf(side, inputs);
  }

  /** The public book, as soon as it shows what the orders say that it must; at last as it is, with what is wrong. */
  async #depthThatShows(bids: readonly EngineQueued[], asks: readonly EngineQueued[]) {
    const ofOrders = { bids: levelsOf(bids), asks: levelsOf(asks) };
    const deadline = performance.now() + BOOK_DEADLINE_MS;
    for (;;) {
      const depth = await readDepth(this.#client, this.#symbol, ALL_LEVELS);
      const ofBook = { bids: (depth?.bids ?? []).map(levelView), asks: (depth?.asks ?? []).map(levelView) };
      if (JSON.stringify(ofBook) === JSON.stringify(ofOrders)) return { ...ofBook, contradiction: null };
      if (performance.now() > deadline) return { ...ofBook, contradiction: { ofOrders, ofBook } };
      await new Promise((resolve) => setTimeout(resolve, BOOK_PAUSE_MS));
    }
  }

  async #lastPrice(): Promise<number | null> {
    const path = `/api/v1/markets/${inPath(this.#symbol)}/trades?limit=1`;
    const answer = await this.#client.ask({ method: "GET", path });
    const { trades } = bodyOf<{ readonly trades: readonly { readonly price: string }[] }>(
      answer,
      200,
      "trades",
    );
    return trades[0] === undefined ? null : Number(trades[0].price);
  }

  async #refresh(orderId: string): Promise<void> {
    const known = this.#orders.get(orderId) as KnownOrder;
    const path = `/api/v1/orders/${orderId}`;
    const answer = await this.#client.ask({ method: "GET", path, token: this.#token(known.user) });
    known.body = bodyOf<OrderBody>(answer, 200, `order ${orderId}`);
  }

  #changed(answer: ApiAnswer): string | null {
    if (answer.status !== 200) return refusalOf(answer);
    this.#update(answer.body as OrderBody);
    return null;
  }

  #update(body: OrderBody): void {
    const known = this.#orders.get(body.orderId);
    if (known !== undefined) known.body = body;
  }

  #command(
    method: "POST" | "PATCH" | "DELETE",
    path: string,
    user: string,
    body?: object,
  ): Promise<ApiAnswer> {
    const request = { method, path, idempotencyKey: randomUUID(), token: this.#token(user) };
    return this.#client.ask(body === undefined ? request : { ...request, body });
  }

  #token(user: string): string {
    // A user's name takes fewer characters than a scenario's id may have, and at most 64.
    return `${this.#tokenPrefix}${user.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 40)}`;
  }
}
