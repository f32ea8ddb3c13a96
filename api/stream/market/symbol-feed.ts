import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { BookLevel, BookUpdate, MarketTrade } from "../../../engine/ports.ts";
import { CANDLE_INTERVALS, type CandleInterval } from "../../schemas/stream-fields.ts";
import type { TickerBody } from "../../schemas/stream-market.ts";
import { Channel } from "../channel.ts";
import type { ChannelName } from "../channel-name.ts";
import type { Pacer } from "../pacer.ts";
import { type BookBreak, BookFeed, type BookListener } from "./book-feed.ts";
import { CandleContent } from "./candle-content.ts";
import { CandleSeries } from "./candle-series.ts";
import { DayWindow } from "./day-figures.ts";
import { DepthContent } from "./depth-content.ts";
import { FoldedTrades } from "./folded-trades.ts";
import type { MarketSources } from "./market-sources.ts";
import { Throttle } from "./throttle.ts";
import { TickerContent } from "./ticker-content.ts";
import { type TapeListener, TradeTape } from "./trade-tape.ts";
import { tradedOf } from "./traded.ts";
import { TradesContent } from "./trades-content.ts";

const DAY_MS = 86_400_000;
/** Minutes of a day, and one that may be from before. */
const DAY_CANDLES = 24 * 60 + 2;
/** How far back the last price before a candle is looked for. */
const LOOK_BACK_MS = 30 * DAY_MS;
const TELL_EVERY_MS = 250;
const RETRY_AFTER_MS = 500;

/** A channel of the symbol's, and what has to be told of what happens. */
interface OpenChannel {
  readonly channel: Channel;
  onBook?(): void;
  onBookReplaced?(reason: BookBreak): void;
  /** The latest trades are known now. */
  onTradesKnown?(): void;
  onTrades?(trades: readonly MarketTrade[]): void;
  onTradesMissed?(): void;
  close?(): void;
}

/** A subscription that cannot be ended is one whose connection is lost: nothing is left of it to end. */
function letGo(unsubscribe: (() => Promise<void>) | null): void {
  unsubscribe?.().catch(() => undefined);
}

/** All that one process knows of one symbol's market, kept true while anybody wants it. */
export class SymbolFeed implements BookListener, TapeListener {
  readonly #spec: SymbolSpec;
  readonly #sources: MarketSources;
  readonly #pacer: Pacer;
  readonly #levels: number;
  readonly #book: BookFeed;
  readonly #tape: TradeTape;
  readonly #day: FoldedTrades<DayWindow>;
  readonly #ticker: TickerContent;
  readonly #channels = new Map<string, OpenChannel>();
  readonly #depths: DepthContent[] = [];
  #unsubscribe: (() => Promise<void>) | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** When somebody last wanted something of it. */
  usedAtMs: number;

  /** @param levels of each side that are told of */
  constructor(spec: SymbolSpec, sources: MarketSources, pacer: Pacer, levels: number) {
    this.#spec = spec;
    this.#sources = sources;
    this.#pacer = pacer;
    this.#levels = levels;
    this.usedAtMs = sources.clock.nowMs();
    this.#book = new BookFeed(spec.symbol, levels, sources.reader, this);
    this.#tape = new TradeTape((limit) => sources.trades(spec.symbol, limit), this);
    this.#day = new FoldedTrades(
      this.#tape,
      () => this.#candles(60, DAY_CANDLES),
      (candles) => new DayWindow(candles.map((candle) => tradedOf(candle, spec))),
      () => this.#tell((open) => open.onBook?.()),
    );
    this.#ticker = new TickerContent("", spec, sources.clock, () => this.#day.value, this.#book.copy);
    void this.#subscribe();
  }

  get book() {
    return this.#book.copy;
  }

  get tape(): TradeTape {
    return this.#tape;
  }

  /** Null while the records have not answered yet. */
  tickerBody(): TickerBody | null {
    return this.#ticker.body();
  }

  get hasReaders(): boolean {
    return [...this.#channels.values()].some(({ channel }) => channel.size > 0);
  }

  /** The channel of that name, made where there is none. */
  channel(text: string, name: Exclude<ChannelName, { kind: "orders" }>): Channel {
    let open = this.#channels.get(text);
    if (open === undefined) {
      open = this.#open(text, name);
      this.#channels.set(text, open);
    }
    return open.channel;
  }

  /** Lets go of channels without readers, and those that were too slow begin anew. */
  tidy(): void {
    for (const [text, open] of this.#channels) {
      open.channel.relieve();
      if (open.channel.size > 0) continue;
      open.close?.();
      this.#channels.delete(text);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const open of this.#channels.values()) open.close?.();
    this.#book.close();
    this.#tape.close();
    this.#day.close();
    letGo(this.#unsubscribe);
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────

  bid(level: BookLevel): void {
    for (const depth of this.#depths) depth.bid(level);
  }

  ask(level: BookLevel): void {
    for (const depth of this.#depths) depth.ask(level);
  }

  moved(): void {
    this.#tell((open) => open.onBook?.());
  }

  replaced(reason: BookBreak): void {
    this.#tell((open) => open.onBookReplaced?.(reason));
  }

  lost(): void {
    for (const depth of this.#depths) depth.isUnavailable = true;
    this.#tell((open) => open.channel.changed());
  }

  began(): void {
    this.#day.addKept();
    this.#tell((open) => open.onTradesKnown?.());
  }

  traded(trades: readonly MarketTrade[]): void {
    this.#day.add(trades);
    this.#tell((open) => open.onTrades?.(trades));
  }

  missed(): void {
    this.#day.restart();
    this.#tell((open) => open.onTradesMissed?.());
  }

  #tell(what: (open: OpenChannel) => void): void {
    for (const open of this.#channels.values()) what(open);
  }

  async #subscribe(): Promise<void> {
    try {
      const unsubscribe = await this.#sources.stream.subscribe(this.#spec.symbol, (update) =>
        this.#take(update),
      );
      if (this.#closed) return letGo(unsubscribe);
      this.#unsubscribe = unsubscribe;
    } catch {
      if (this.#closed) return;
      this.lost();
      this.#retry = setTimeout(() => void this.#subscribe(), RETRY_AFTER_MS);
      // The records serve meanwhile.
      this.#tape.read();
      return;
    }
    this.#book.read();
    this.#tape.read();
  }

  #take(update: BookUpdate | null): void {
    if (this.#closed) return;
    if (update === null) {
      this.#book.read();
      this.#tape.read();
      return;
    }
    // Where books do not continue, trades may have been missed as well. And an engine that died may have
    // committed some that it told nobody: the next one begins by whole books. First what was missed.
    const { place } = this.#book.copy;
    const continues = update.timeline === place?.timeline && update.previousSequence === place.sequence;
    if (update.full || !continues) this.#tape.read();
    this.#tape.take(update.trades);
    this.#book.take(update);
  }

  // ── channels ──────────────────────────────────────────────────────────────────────────────────

  #open(text: string, name: Exclude<ChannelName, { kind: "orders" }>): OpenChannel {
    switch (name.kind) {
      case "depth":
        return this.#openDepth(text);
      case "trades":
        return this.#openTrades(text);
      case "ticker":
        return this.#openTicker(text);
      case "candles":
        return this.#openCandles(text, name.interval);
    }
  }

  #openDepth(text: string): OpenChannel {
    const content = new DepthContent(text, this.#spec, this.#book.copy, this.#levels);
    this.#depths.push(content);
    const channel = new Channel(text, content, this.#pacer);
    return {
      channel,
      onBook: () => channel.changed(),
      onBookReplaced: (reason) => {
        content.isUnavailable = false;
        content.replaced();
        channel.restart(reason);
      },
      close: () => this.#depths.splice(this.#depths.indexOf(content), 1),
    };
  }

  #openTrades(text: string): OpenChannel {
    const content = new TradesContent(text, this.#spec, this.#tape);
    const channel = new Channel(text, content, this.#pacer);
    return {
      channel,
      onTradesKnown: () => channel.changed(),
      onTrades: (trades) => {
        content.add(trades);
        channel.changed();
      },
      onTradesMissed: () => {
        content.restart();
        channel.restart("GAP");
      },
    };
  }

  #openTicker(text: string): OpenChannel {
    const content = new TickerContent(
      text,
      this.#spec,
      this.#sources.clock,
      () => this.#day.value,
      this.#book.copy,
    );
    const channel = new Channel(text, content, this.#pacer);
    const throttle = new Throttle(TELL_EVERY_MS, () => {
      content.changed();
      channel.changed();
    });
    const ask = (): void => throttle.ask();
    return {
      channel,
      onBook: ask,
      onBookReplaced: ask,
      onTradesKnown: ask,
      onTrades: ask,
      onTradesMissed: ask,
      close: () => throttle.close(),
    };
  }

  #openCandles(text: string, interval: CandleInterval): OpenChannel {
    const seconds = CANDLE_INTERVALS[interval];
    const throttle = new Throttle(TELL_EVERY_MS, () => {
      content.changed();
      channel.changed();
    });
    const folded = new FoldedTrades(
      this.#tape,
      () => this.#candles(seconds, 2),
      (candles) =>
        new CandleSeries(
          seconds * 1_000,
          candles.map((candle) => tradedOf(candle, this.#spec)),
        ),
      () => throttle.ask(),
    );
    const content = new CandleContent(text, this.#spec, interval, this.#sources.clock, () => folded.value);
    const channel = new Channel(text, content, this.#pacer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watchClose = (): void => {
      timer = setTimeout(() => {
        throttle.ask();
        watchClose();
      }, content.closesInMs + TELL_EVERY_MS);
    };
    watchClose();
    return {
      channel,
      onTradesKnown: () => {
        folded.addKept();
        throttle.ask();
      },
      onTrades: (trades) => {
        folded.add(trades);
        throttle.ask();
      },
      onTradesMissed: () => folded.restart(),
      close: () => {
        clearTimeout(timer);
        throttle.close();
        folded.close();
      },
    };
  }

  #candles(intervalSeconds: number, limit: number) {
    const nowMs = this.#sources.clock.nowMs();
    // A clock behind the engine's must not leave the newest out.
    const toMs = nowMs + 60_000 + intervalSeconds * 1_000;
    return this.#sources.candles({
      symbol: this.#spec.name,
      intervalSeconds,
      fromMs: nowMs - LOOK_BACK_MS,
      toMs,
      limit,
    });
  }
}
