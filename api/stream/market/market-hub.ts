import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { Pacer } from "../pacer.ts";
import type { CandleQuery, MarketSources } from "./market-sources.ts";
import { SymbolFeed } from "./symbol-feed.ts";
import type { StoredCandle } from "./traded.ts";

const TIDY_EVERY_MS = 100;
/** How long a symbol's market is followed that nobody asks for any more. */
const IDLE_MS = 5 * 60_000;

export interface MarketHubOptions {
  readonly depthLevels: number;
  readonly messagesPerSecond: number;
}

/** The markets that one process follows: those that somebody reads, or asked for a while ago. */
export class MarketHub {
  readonly #sources: MarketSources;
  readonly #options: MarketHubOptions;
  readonly #pacer: Pacer;
  readonly #feeds = new Map<number, SymbolFeed>();
  #tidying: ReturnType<typeof setInterval> | null = null;
  #closed = false;

  constructor(sources: MarketSources, options: MarketHubOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#pacer = new Pacer(options.messagesPerSecond);
  }

  /** The market of a symbol, followed from now on. */
  feed(spec: SymbolSpec): SymbolFeed {
    let feed = this.#feeds.get(spec.symbol);
    if (feed === undefined) {
      feed = new SymbolFeed(spec, this.#sources, this.#pacer, this.#options.depthLevels);
      this.#feeds.set(spec.symbol, feed);
      if (!this.#closed) this.#tidying ??= setInterval(() => this.#tidy(), TIDY_EVERY_MS);
    }
    feed.usedAtMs = this.#sources.clock.nowMs();
    return feed;
  }

  /** Candles out of the records. */
  candles(query: CandleQuery): Promise<readonly StoredCandle[]> {
    return this.#sources.candles(query);
  }

  close(): void {
    this.#closed = true;
    this.#pacer.close();
    if (this.#tidying !== null) clearInterval(this.#tidying);
    this.#tidying = null;
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #tidy(): void {
    const nowMs = this.#sources.clock.nowMs();
    for (const [symbol, feed] of this.#feeds) {
      feed.tidy();
      if (feed.hasReaders) feed.usedAtMs = nowMs;
      if (nowMs - feed.usedAtMs < IDLE_MS) continue;
      feed.close();
      this.#feeds.delete(symbol);
    }
    if (this.#feeds.size > 0 || this.#tidying === null) return;
    clearInterval(this.#tidying);
    this.#tidying = null;
  }
}
