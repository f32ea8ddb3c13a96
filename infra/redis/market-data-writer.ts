import type { Redis } from "ioredis";
import { type BookUpdate, FencedError, type MarketDataWriter, UnavailableError } from "../../engine/ports.ts";
import { applyBookUpdate, BookReply } from "./apply-book-update.ts";
import { openRedis, type RedisOptions, runScript, type ScriptCall, waitUntilReady } from "./connection.ts";
import { bookKeys, encodeLevels, encodeMessageHead, encodeTrades } from "./market-data-codec.ts";

export interface MarketDataWriterOptions extends RedisOptions {
  /** Default 64 calls of `write` under way at once; more are refused, and the books catch up by full updates. */
  readonly maxPendingWrites?: number;
}

/** A full update with more levels than this is published without them: subscribers read the depth. */
const PUBLISHED_LEVELS = 5_000;

/**
 * Books, recent trades and their fan-out in Redis. One script call for each update, all of a write in
 * one round trip. A full update of a large book holds Redis up for about 1 µs a level.
 */
export class RedisMarketDataWriter implements MarketDataWriter {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #maxPending: number;
  #pending = 0;

  constructor(options: MarketDataWriterOptions) {
    this.#client = openRedis(options, "market data writer");
    this.#prefix = options.keyPrefix ?? "";
    this.#maxPending = options.maxPendingWrites ?? 64;
  }

  waitUntilReady(milliseconds: number): Promise<void> {
    return waitUntilReady(this.#client, milliseconds);
  }

  healthy(): boolean {
    return this.#client.status === "ready";
  }

  /**
   * Rejects with FencedError if any update was of an older epoch or a replaced timeline (the others
   * are applied), and with UnavailableError when nobody knows what was applied: writing on is safe,
   * the symbols that missed something are then reported.
   */
  async write(updates: readonly BookUpdate[]): Promise<readonly number[]> {
    if (updates.length === 0) return [];
    if (this.#pending >= this.#maxPending) {
      throw new UnavailableError("redis", "too many writes to Redis under way");
    }
    this.#pending += 1;
    let replies: unknown[];
    try {
      replies = await runScript(
        this.#client,
        applyBookUpdate,
        updates.map((update) => this.#call(update)),
      );
    } finally {
      this.#pending -= 1;
    }
    if (replies.includes(BookReply.Fenced)) throw new FencedError("a newer engine writes these books");
    // The last word on each symbol counts: a full update after a lost one mends it.
    const last = new Map(updates.map((update, i) => [update.symbol, replies[i]]));
    return [...last].filter(([, reply]) => reply === BookReply.NeedsFull).map(([symbol]) => symbol);
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  #call(update: BookUpdate): ScriptCall {
    const keys = bookKeys(this.#prefix, update.symbol);
    const cut = update.full && update.bids.length + update.asks.length > PUBLISHED_LEVELS;
    return {
      keys: [keys.meta, keys.bids, keys.asks, keys.trades],
      arguments: [
        update.timeline,
        String(update.epoch),
        String(update.previousSequence),
        String(update.sequence),
        String(update.timeMs),
        update.full ? "1" : "0",
        encodeLevels(update.bids),
        encodeLevels(update.asks),
        encodeTrades(update.trades),
        keys.channel,
        encodeMessageHead(update),
        cut ? "1" : "0",
      ],
    };
  }
}
