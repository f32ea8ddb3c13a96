import type { Redis } from "ioredis";
import type { Depth, MarketDataReader, MarketTrade } from "../../engine/ports.ts";
import { openRedis, type RedisOptions, redisFault, waitUntilReady } from "./connection.ts";
import { bookKeys, decodeLevel, decodeTrade } from "./market-data-codec.ts";

/** Books and recent trades out of Redis. Needs no script and no right to write. */
export class RedisMarketDataReader implements MarketDataReader {
  readonly #client: Redis;
  readonly #prefix: string;

  constructor(options: RedisOptions) {
    this.#client = openRedis(options, "market data reader");
    this.#prefix = options.keyPrefix ?? "";
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  healthy(): boolean {
    return this.#client.status === "ready";
  }

  /** One atomic read (a transaction in one round trip). Rejects with UnavailableError. */
  async depth(symbol: number, limit: number): Promise<Depth | null> {
    if (limit < 1) throw new RangeError("limit below 1");
    const keys = bookKeys(this.#prefix, symbol);
    const [meta, bidCount, askCount, bids, asks] = await this.#transaction(
      this.#client
        .multi()
        .hmget(keys.meta, "timeline", "epoch", "sequence", "time", "bids", "asks")
        .zcard(keys.bids)
        .zcard(keys.asks)
        .zrevrange(keys.bids, 0, String(limit - 1))
        .zrange(keys.asks, 0, String(limit - 1))
        .exec(),
    );
    const [timeline, epoch, sequence, timeMs, storedBids, storedAsks] = texts(meta);
    // Counts that differ: Redis threw a side away to make room.
    const whole = Number(storedBids) === bidCount && Number(storedAsks) === askCount;
    if (timeline === undefined || sequence === undefined || !whole) return null;
    return {
      sequence: Number(sequence),
      timeline,
      epoch: Number(epoch),
      timeMs: Number(timeMs),
      bids: texts(bids).map((text) => decodeLevel(text ?? "")),
      asks: texts(asks).map((text) => decodeLevel(text ?? "")),
    };
  }

  /** Rejects with UnavailableError. */
  async recentTrades(symbol: number, limit: number): Promise<readonly MarketTrade[]> {
    if (limit < 1) throw new RangeError("limit below 1");
    const { trades } = bookKeys(this.#prefix, symbol);
    try {
      return (await this.#client.lrange(trades, 0, limit - 1)).map(decodeTrade);
    } catch (cause) {
      throw redisFault(cause);
    }
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #transaction(exec: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
    let results: [Error | null, unknown][] | null;
    try {
      results = await exec;
    } catch (cause) {
      throw redisFault(cause);
    }
    const failed = results?.find(([error]) => error !== null);
    if (results === null || failed !== undefined) throw redisFault(failed?.[0] ?? new Error("aborted"));
    return results.map(([, reply]) => reply);
  }
}

/** A reply of texts and nils. */
function texts(reply: unknown): (string | undefined)[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((item: unknown) => (typeof item === "string" ? item : undefined));
}
