import { Connection, type ConnectionOptions } from "./connection.ts";
import type {
  Candle,
  CandleInterval,
  Credential,
  Order,
  OrdersUpdate,
  Position,
  SnapshotReason,
  StreamFault,
  StreamMessage,
  Ticker,
  Trade,
} from "./messages.ts";
import { OrderBook } from "./order-book.ts";

export interface StreamClientOptions extends ConnectionOptions {
  /** Asked at every connection: tokens end, signatures count once. Needed for `orders` only. */
  readonly credential?: () => Credential | Promise<Credential>;
  readonly onConnected?: () => void;
  readonly onDisconnected?: (code: number, reason: string) => void;
  /** Something was refused. `AUTHENTICATION_ENDED`: the client authenticates again by itself. */
  readonly onFault?: (fault: StreamFault) => void;
  /** A copy of a book did not continue or did not prove true, and is asked for anew. */
  readonly onResync?: (symbol: string, why: "gap" | "checksum") => void;
}

export interface OrdersListener {
  /** All open orders; what was known before is to be forgotten. */
  snapshot(orders: readonly Order[], reason: SnapshotReason): void;
  /** What one command did, each exactly once and in order within its group. */
  update(update: OrdersUpdate): void;
}

/** Whatever takes one channel's messages. */
type Take = (message: StreamMessage) => void;

/**
 * The stream as one object: subscriptions outlive connections, books are proved, own orders resume where
 * they stopped. Runs wherever there is a `WebSocket`: browsers, Deno, Node 22.
 */
export class StreamClient {
  readonly #options: StreamClientOptions;
  readonly #connection: Connection;
  readonly #channels = new Map<string, Take>();
  #connected = false;
  #cancel: { enabled: boolean; symbols?: string[] } | null = null;
  #positions = new Map<string, Position>();
  #part: Order[] = [];

  constructor(options: StreamClientOptions) {
    this.#options = options;
    this.#connection = new Connection(options, {
      connected: () => void this.#begin(),
      message: (message) => this.#take(message),
      disconnected: (code, reason) => {
        this.#connected = false;
        options.onDisconnected?.(code, reason);
      },
    });
    this.#connection.open();
  }

  /** A copy of a pair's book (`BTC/USDT`), kept true from now on. `changed` is called after every change. */
  book(
    symbol: string,
    changed: (book: OrderBook, reason: SnapshotReason | null) => void = () => {},
  ): OrderBook {
    const book = new OrderBook(symbol);
    const channel = `depth:${inChannel(symbol)}`;
    this.#open(channel, (message) => {
      let applied: ReturnType<OrderBook["apply"]>;
      if (message.type === "depth.snapshot") applied = book.replace(message);
      else if (message.type === "depth.update") {
        // Behind a break, until the new snapshot comes.
        if (book.sequence === null) return;
        applied = book.apply(message);
      } else return;
      if (applied === "ok") changed(book, message.type === "depth.snapshot" ? message.reason : null);
      else {
        this.#options.onResync?.(symbol, applied);
        this.#connection.send({ op: "unsubscribe", channels: [channel] });
        this.#connection.send({ op: "subscribe", channels: [channel] });
      }
    });
    return book;
  }

  /** A pair's trades, oldest first. With a reason: the latest ones, some may have been told before. */
  trades(symbol: string, listener: (trades: readonly Trade[], reason: SnapshotReason | null) => void): void {
    this.#open(`trades:${inChannel(symbol)}`, (message) => {
      if (message.type === "trades.snapshot") listener(message.trades, message.reason);
      else if (message.type === "trades.update") listener(message.trades, null);
    });
  }

  ticker(symbol: string, listener: (ticker: Ticker) => void): void {
    this.#open(`ticker:${inChannel(symbol)}`, (message) => {
      if (message.type === "ticker") listener(message);
    });
  }

  candles(symbol: string, interval: CandleInterval, listener: (candle: Candle) => void): void {
    this.#open(`candles:${inChannel(symbol)}:${interval}`, (message) => {
      if (message.type === "candle") listener(message);
    });
  }

  /** The caller's own orders and fills. Needs a credential. */
  orders(listener: OrdersListener): void {
    this.#open("orders", (message) => {
      switch (message.type) {
        case "orders.snapshot":
          this.#part.push(...message.orders);
          if (!message.complete) return;
          this.#stand(message.positions);
          listener.snapshot(this.#part.splice(0), message.reason);
          return;
        case "orders.resumed":
          this.#stand(message.positions);
          return;
        case "orders.position":
          this.#stand(message.positions);
          return;
        case "orders.update":
          this.#takeUpdate(message, listener);
          return;
      }
    });
  }

  /** Asks for the caller's orders (of these pairs) to be cancelled when the connection ends. */
  cancelOnDisconnect(enabled: boolean, symbols?: string[]): void {
    this.#cancel = symbols === undefined ? { enabled } : { enabled, symbols };
    if (this.#connected) this.#connection.send({ op: "cancelOnDisconnect", ...this.#cancel });
  }

  /** Ends one channel: `depth:BTC-USDT`, `orders`, … */
  unsubscribe(channel: string): void {
    if (!this.#channels.delete(channel)) return;
    this.#connection.send({ op: "unsubscribe", channels: [channel] });
  }

  close(): void {
    this.#connection.close();
  }

  #open(channel: string, take: Take): void {
    this.#channels.set(channel, take);
    if (this.#connected) this.#connection.send({ op: "subscribe", channels: [channel] });
  }

  async #begin(): Promise<void> {
    const { credential } = this.#options;
    if (credential !== undefined) this.#connection.send({ op: "auth", ...(await credential()) });
    this.#connected = true;
    if (this.#cancel?.enabled === true) {
      this.#connection.send({ op: "cancelOnDisconnect", ...this.#cancel });
    }
    this.#part = [];
    const channels = [...this.#channels.keys()];
    if (channels.length > 0) {
      const resume = [...this.#positions.values()];
      this.#connection.send({ op: "subscribe", channels, ...(resume.length > 0 ? { resume } : {}) });
    }
    this.#options.onConnected?.();
  }

  #take(message: StreamMessage): void {
    if (message.type === "error") {
      this.#options.onFault?.(message);
      if (message.code === "AUTHENTICATION_ENDED") void this.#authenticateAgain();
      return;
    }
    if ("channel" in message && message.channel !== undefined) this.#channels.get(message.channel)?.(message);
  }

  async #authenticateAgain(): Promise<void> {
    const { credential } = this.#options;
    if (credential === undefined) return;
    this.#connection.send({ op: "auth", ...(await credential()) });
    if (this.#cancel?.enabled === true) {
      this.#connection.send({ op: "cancelOnDisconnect", ...this.#cancel });
    }
    if (this.#channels.has("orders")) this.#subscribeOrders();
  }

  #subscribeOrders(): void {
    const resume = [...this.#positions.values()];
    this.#connection.send({
      op: "subscribe",
      channels: ["orders"],
      ...(resume.length > 0 ? { resume } : {}),
    });
  }

  #takeUpdate(update: OrdersUpdate, listener: OrdersListener): void {
    const { group, timeline, sequence, previousSequence } = update;
    const at = this.#positions.get(group);
    if (at?.timeline === timeline) {
      if (sequence <= at.sequence) return;
      if (previousSequence !== at.sequence) {
        // The server does not let this happen; if it did, it begins anew.
        this.#positions.clear();
        this.#connection.send({ op: "unsubscribe", channels: ["orders"] });
        this.#subscribeOrders();
        return;
      }
    }
    this.#positions.set(group, { group, timeline, sequence });
    listener.update(update);
  }

  #stand(positions: readonly Position[]): void {
    this.#positions = new Map(positions.map((position) => [position.group, position]));
  }
}

/** `BTC/USDT` as it stands in channels. */
function inChannel(symbol: string): string {
  return symbol.replace("/", "-");
}
