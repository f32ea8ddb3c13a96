import type { Fill, Order, OrdersUpdate, Trade } from "../../../sdk/typescript/src/stream/index.ts";
import { type OrderBook, StreamClient } from "../../../sdk/typescript/src/stream/index.ts";

/** A user's stream as the reference client gives it, and all that is to be held against the API. */
export class ObservedStream {
  readonly client: StreamClient;
  readonly book: OrderBook;
  readonly tradeIds: string[] = [];
  readonly orders = new Map<string, Order>();
  readonly fills: Fill[] = [];
  readonly reasons: string[] = [];
  readonly orderReasons: string[] = [];
  readonly resyncs: string[] = [];
  readonly faults: string[] = [];
  connections = 0;
  updates = 0;

  constructor(origin: string, userId: string) {
    this.client = new StreamClient({
      url: `${origin.replace("http", "ws")}/ws`,
      credential: () => ({ token: `dev:${userId}` }),
      reconnectMs: { first: 20, longest: 500 },
      silenceMs: 2_000,
      onConnected: () => {
        this.connections += 1;
      },
      onResync: (_symbol, why) => this.resyncs.push(why),
      onFault: ({ code }) => this.faults.push(code),
    });
    this.book = this.client.book("BTC/USDT", (_book, reason) => {
      if (reason === null) this.updates += 1;
      else this.reasons.push(reason);
    });
    this.client.trades("BTC/USDT", (trades) => this.#traded(trades));
    this.client.orders({
      snapshot: (orders, reason) => {
        this.orderReasons.push(reason);
        for (const order of orders) this.orders.set(order.orderId, order);
      },
      update: (update) => this.#happened(update),
    });
  }

  /** A snapshot repeats some; they come in order, and none twice but in one. */
  #traded(trades: readonly Trade[]): void {
    const last = this.tradeIds.at(-1) ?? "";
    for (const { tradeId } of trades) if (tradeId > last) this.tradeIds.push(tradeId);
  }

  #happened(update: OrdersUpdate): void {
    for (const order of update.orders) this.orders.set(order.orderId, order);
    this.fills.push(...update.fills);
  }
}
