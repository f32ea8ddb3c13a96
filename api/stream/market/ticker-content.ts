import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Clock } from "../../../engine/ports.ts";
import type { StreamMessageOf } from "../../schemas/stream.ts";
import type { TickerBody } from "../../schemas/stream-market.ts";
import type { ChannelContent } from "../channel.ts";
import type { BookCopy } from "./book-copy.ts";
import type { DayWindow } from "./day-figures.ts";
import { tickerBody } from "./ticker-body.ts";

/** What `ticker` tells of one symbol. */
export class TickerContent implements ChannelContent {
  readonly #channel: string;
  readonly #spec: SymbolSpec;
  readonly #clock: Clock;
  readonly #day: () => DayWindow | null;
  readonly #book: BookCopy;
  #changed = false;
  readonly isUnavailable = false;

  constructor(channel: string, spec: SymbolSpec, clock: Clock, day: () => DayWindow | null, book: BookCopy) {
    this.#channel = channel;
    this.#spec = spec;
    this.#clock = clock;
    this.#day = day;
    this.#book = book;
  }

  changed(): void {
    this.#changed = true;
  }

  /** As it is now; null while the day's figures are not known. */
  body(): TickerBody | null {
    const day = this.#day();
    if (day === null) return null;
    const nowMs = this.#clock.nowMs();
    const best = { bid: this.#book.bids.top(1)[0], ask: this.#book.asks.top(1)[0] };
    return tickerBody(this.#spec, day.figures(nowMs), best, nowMs);
  }

  update(): string[] {
    if (!this.#changed) return [];
    this.#changed = false;
    const text = this.snapshot();
    return text === null ? [] : [text];
  }

  snapshot(): string | null {
    const body = this.body();
    if (body === null) return null;
    const message: StreamMessageOf<"ticker"> = { type: "ticker", channel: this.#channel, ...body };
    return JSON.stringify(message);
  }
}
