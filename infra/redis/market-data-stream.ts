import type { Redis } from "ioredis";
import type { BookUpdate, MarketDataStream } from "../../engine/ports.ts";
import { openRedis, type RedisOptions, redisFault, waitUntilReady } from "./connection.ts";
import { bookKeys, decodeMessage } from "./market-data-codec.ts";

type Listener = (update: BookUpdate | null) => void;

/** A connection that only listens says nothing when it dies: so it asks. */
const PING_EVERY_MS = 5_000;

/**
 * Book updates by Redis' pub/sub, on a connection of its own however many symbols and listeners.
 * Pub/sub keeps nothing: after every loss of the connection all listeners get null.
 */
export class RedisMarketDataStream implements MarketDataStream {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #pinging: ReturnType<typeof setInterval>;

  constructor(options: RedisOptions) {
    this.#prefix = options.keyPrefix ?? "";
    this.#client = openRedis(options, "market data stream");
    this.#client.on("message", (channel: string, message: string) => this.#pass(channel, message));
    let connections = 0;
    this.#client.on("ready", () => {
      connections += 1;
      if (connections > 1) void this.#resume();
    });
    // A ping that gets no answer ends the connection by the socket's time limit.
    this.#pinging = setInterval(() => this.#client.ping().catch(() => undefined), PING_EVERY_MS);
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  healthy(): boolean {
    return this.#client.status === "ready";
  }

  /** A listener must not throw. */
  async subscribe(symbol: number, listener: Listener): Promise<() => Promise<void>> {
    const { channel } = bookKeys(this.#prefix, symbol);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    // The same function twice is two subscriptions.
    const own: Listener = (update) => listener(update);
    listeners.add(own);
    try {
      // Also for the second listener: it must not be told before the first one's has taken hold.
      await this.#client.subscribe(channel);
    } catch (cause) {
      listeners.delete(own);
      throw redisFault(cause);
    }
    return () => this.#unsubscribe(channel, listeners, own);
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
    this.#listeners.clear();
    this.#client.disconnect();
  }

  async #unsubscribe(channel: string, listeners: Set<Listener>, own: Listener): Promise<void> {
    listeners.delete(own);
    if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
    this.#listeners.delete(channel);
    // Without a connection there is nothing to end, and it is not asked for again.
    await this.#client.unsubscribe(channel).catch(() => undefined);
  }

  /** Only once the server has all channels again: what is read before that could miss an update. */
  async #resume(): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length === 0) return;
    try {
      await this.#client.subscribe(...channels);
    } catch {
      return; // lost again: the next connection does the same
    }
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(null);
  }

  #pass(channel: string, message: string): void {
    const update = decodeMessage(message);
    for (const listener of this.#listeners.get(channel) ?? []) listener(update);
  }
}
