import type { StreamMessage } from "../../../api/schemas/stream.ts";
import { streamMessageSchema } from "../../../api/schemas/stream.ts";
import { parseChannel } from "../../../api/stream/channel-name.ts";
import type { MarketSources } from "../../../api/stream/market/market-sources.ts";
import { SymbolFeed } from "../../../api/stream/market/symbol-feed.ts";
import type { StoredCandle } from "../../../api/stream/market/traded.ts";
import { Pacer } from "../../../api/stream/pacer.ts";
import type { Subscriber } from "../../../api/stream/subscriber.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { Side, SymbolStatus } from "../../../engine/core/terms.ts";
import { formatId, makeTradeId } from "../../../engine/ids.ts";
import type { BookLevel, BookUpdate, MarketTrade } from "../../../engine/ports.ts";
import { EmbeddedMarketData } from "../../../infra/embedded/market-data.ts";

const PAIR: SymbolSpec = {
  symbol: 7,
  name: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  priceStep: "0.01",
  quantityStep: "0.001",
  minPrice: 1,
  maxPrice: 1_000_000,
  minQuantity: 1,
  maxQuantity: 1_000_000,
  minNotional: 0n,
  priceBandBps: 0,
  referencePrice: 0,
  sessionEndMinute: 0,
  maxOpenOrders: 0,
  status: SymbolStatus.Active,
};

const TIMELINE = "0192a000-0000-7000-8000-000000000001";
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 600);

/** A reader that keeps what it is sent; each message is held against the schemas. */
export class KeptSubscriber implements Subscriber {
  readonly messages: StreamMessage[] = [];
  isBehind = false;
  send(text: string): void {
    this.messages.push(streamMessageSchema.parse(JSON.parse(text)));
  }
  take(): StreamMessage[] {
    return this.messages.splice(0);
  }
}

/** One market with a made engine behind it: what is written is told, in the embedded store's way. */
export class Market {
  readonly store = new EmbeddedMarketData();
  readonly pacer = new Pacer(1_000_000);
  readonly committed: MarketTrade[] = [];
  candles: StoredCandle[] = [];
  nowMs = START_MS;
  timeline = TIMELINE;
  epoch = 1;
  sequence = 0;
  #feed: SymbolFeed | null = null;

  get feed(): SymbolFeed {
    this.#feed ??= new SymbolFeed(PAIR, this.sources(), this.pacer, 5);
    return this.#feed;
  }

  sources(): MarketSources {
    return {
      stream: this.store,
      reader: this.store,
      trades: async (_symbol, limit) => [...this.committed].reverse().slice(0, limit),
      candles: async () => this.candles,
      clock: { nowMs: () => this.nowMs },
    };
  }

  subscribe(channel: string, subscriber: Subscriber = new KeptSubscriber()): KeptSubscriber {
    const name = parseChannel(channel);
    if (name === null || name.kind === "orders") throw new Error(`no channel ${channel}`);
    this.feed.channel(channel, name).add(subscriber);
    return subscriber as KeptSubscriber;
  }

  trade(price: number, quantity: number): MarketTrade {
    const id = { a: 0, b: 0, c: 0, d: 0 };
    return {
      tradeId: formatId(makeTradeId(this.nowMs, 1, this.sequence + 1, 0, id)),
      price,
      quantity,
      takerSide: Side.Buy,
      executedAtMs: this.nowMs,
    };
  }

  update(bids: BookLevel[], asks: BookLevel[], trades: MarketTrade[] = [], full = false): BookUpdate {
    const previousSequence = full ? 0 : this.sequence;
    this.sequence += 1;
    const { timeline, epoch, sequence, nowMs } = this;
    const at = { group: "main", symbol: PAIR.symbol, timeline, epoch, previousSequence, sequence };
    return { ...at, timeMs: nowMs, full, bids, asks, trades };
  }

  /** Writes what the committed trades among it are, too. */
  async write(update: BookUpdate): Promise<void> {
    this.committed.push(...update.trades);
    await this.store.write([update]);
  }

  /** Lets everything that is planned happen. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.#feed?.close();
    this.pacer.close();
  }
}

export const level = (price: number, quantity: number): BookLevel => ({
  price,
  quantity,
  orders: quantity === 0 ? 0 : 1,
});
