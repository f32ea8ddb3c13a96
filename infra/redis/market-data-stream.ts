import type { BookUpdate, MarketDataStream } from "../../engine/ports.ts";
import type { RedisOptions } from "./connection.ts";
import { bookKeys, decodeMessage } from "./market-data-codec.ts";
import { RedisPubSub } from "./pubsub.ts";

/** Book updates as Redis fans them out. */
export class RedisMarketDataStream implements MarketDataStream {
  readonly #prefix: string;
  readonly #pubsub: RedisPubSub<BookUpdate>;

  constructor(options: RedisOptions) {
    this.#prefix = options.keyPrefix ?? "";
    this.#pubsub = new RedisPubSub(options, "market data stream", (message) =>
      decodeMessage(message.toString()),
    );
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return this.#pubsub.waitUntilReady(milliseconds);
  }

  healthy(): boolean {
    return this.#pubsub.healthy();
  }

  /** A listener must not throw. */
  subscribe(symbol: number, listener: (update: BookUpdate | null) => void): Promise<() => Promise<void>> {
    return this.#pubsub.subscribe(bookKeys(this.#prefix, symbol).channel, listener);
  }

  close(): Promise<void> {
    return this.#pubsub.close();
  }
}
