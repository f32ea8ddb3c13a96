import type { Redis } from "ioredis";
import {
  type BookUpdate,
  type CommittedRow,
  FencedError,
  type MarketDataWriter,
  UnavailableError,
} from "../../engine/ports.ts";
import { applyBookUpdate, BookReply, stageBookPart } from "./apply-book-update.ts";
import { committedChannel, encodeCommitted } from "./committed-rows.ts";
import {
  openRedis,
  type RedisOptions,
  runScript,
  type ScriptCall,
  type TellRefused,
  tellRefused,
  waitUntilReady,
} from "./connection.ts";
import { bookKeys, encodeLevels, encodeMessageHead, encodeTrades } from "./market-data-codec.ts";

export interface MarketDataWriterOptions extends RedisOptions {
  /** Default 64 calls of `write` under way at once; more are refused, and the books catch up by full updates. */
  readonly maxPendingWrites?: number;
}

/**
 * A full update with more levels than this is staged in parts of this size, about 4 ms of Redis'
 * time each, and is published without its levels: subscribers read the depth.
 */
const PART_LEVELS = 2_000;

/**
 * Books, recent trades and their fan-out in Redis. One script call for each update, all of a write in
 * one round trip; only the levels of large full updates go before it, a part at a time.
 */
export class RedisMarketDataWriter implements MarketDataWriter {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #maxPending: number;
  readonly #refused: TellRefused;
  #pending = 0;
  /** The last write that had to stage something: those after it wait for it. */
  #staging: Promise<void> = Promise.resolve();

  constructor(options: MarketDataWriterOptions) {
    this.#client = openRedis(options, "market data writer");
    this.#refused = tellRefused(options, "market data writer");
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
    try {
      const replies = await this.#apply(updates);
      if (replies.includes(BookReply.Fenced)) throw new FencedError("a newer engine writes these books");
      // The last word on each symbol counts: a full update after a lost one mends it.
      const last = new Map(updates.map((update, i) => [update.symbol, replies[i]]));
      return [...last].filter(([, reply]) => reply === BookReply.NeedsFull).map(([symbol]) => symbol);
    } finally {
      this.#pending -= 1;
    }
  }

  /** Left out while Redis is away or slow: followers then read the journal. */
  tellCommitted(committed: CommittedRow): void {
    if (this.#client.status !== "ready" || this.#pending >= this.#maxPending) return;
    this.#pending += 1;
    this.#client
      .publish(committedChannel(this.#prefix, committed.group), encodeCommitted(committed))
      .catch(this.#refused)
      .finally(() => {
        this.#pending -= 1;
      });
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #apply(updates: readonly BookUpdate[]): Promise<unknown[]> {
    const before = this.#staging;
    const large = updates.filter(isLarge);
    if (large.length > 0) {
      this.#staging = before.then(async () => {
        for (const update of large) await this.#stage(update);
      });
    }
    const staged = this.#staging;
    // A later write must not be held up by the failure of this one's staging.
    if (large.length > 0) this.#staging = staged.catch(() => {});
    await staged;
    const calls = updates.map((update) => this.#call(update));
    return runScript(this.#client, applyBookUpdate, calls);
  }

  async #stage(update: BookUpdate): Promise<void> {
    const keys = bookKeys(this.#prefix, update.symbol);
    for (const [key, levels] of [
      [stagedKey(keys.bids, update), update.bids],
      [stagedKey(keys.asks, update), update.asks],
    ] as const) {
      for (let from = 0; from < levels.length; from += PART_LEVELS) {
        const text = encodeLevels(levels.slice(from, from + PART_LEVELS));
        await runScript(this.#client, stageBookPart, [
          { keys: [key], arguments: [text, from === 0 ? "1" : "0"] },
        ]);
      }
    }
  }

  #call(update: BookUpdate): ScriptCall {
    const keys = bookKeys(this.#prefix, update.symbol);
    const large = isLarge(update);
    const staged = large ? [stagedKey(keys.bids, update), stagedKey(keys.asks, update)] : [];
    return {
      keys: [keys.meta, keys.bids, keys.asks, keys.trades, ...staged],
      arguments: [
        update.timeline,
        String(update.epoch),
        String(update.previousSequence),
        String(update.sequence),
        String(update.timeMs),
        update.full ? "1" : "0",
        large ? String(update.bids.length) : encodeLevels(update.bids),
        large ? String(update.asks.length) : encodeLevels(update.asks),
        encodeTrades(update.trades),
        keys.channel,
        encodeMessageHead(update),
        large ? "1" : "0",
      ],
    };
  }
}

function isLarge(update: BookUpdate): boolean {
  return update.full && update.bids.length + update.asks.length > PART_LEVELS;
}

/** Of one update only: an engine that is fenced meanwhile cannot add to another one's book. */
function stagedKey(key: string, { timeline, epoch, sequence }: BookUpdate): string {
  return `${key}:${timeline}:${epoch}:${sequence}`;
}
