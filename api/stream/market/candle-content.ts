import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Clock } from "../../../engine/ports.ts";
import type { StreamMessageOf } from "../../schemas/stream.ts";
import { CANDLE_INTERVALS, type CandleInterval } from "../../schemas/stream-fields.ts";
import type { ChannelContent } from "../channel.ts";
import { type CandleSeries, candleBody } from "./candle-series.ts";

/** Trades of a candle's last moment are on their way for a while after it. */
const CLOSE_AFTER_MS = 500;
/** A process that stood still for longer begins anew instead of telling them all. */
const MOST_LATE_CANDLES = 60;

/** What `candles` tells of one symbol and length. */
export class CandleContent implements ChannelContent {
  readonly #channel: string;
  readonly #spec: SymbolSpec;
  readonly #interval: CandleInterval;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #series: () => CandleSeries | null;
  /** Where the candle that is told now begins. */
  #openTimeMs: number;
  #changed = false;
  #lastText: string | null = null;
  readonly isUnavailable = false;

  constructor(
    channel: string,
    spec: SymbolSpec,
    interval: CandleInterval,
    clock: Clock,
    series: () => CandleSeries | null,
  ) {
    this.#channel = channel;
    this.#spec = spec;
    this.#interval = interval;
    this.#intervalMs = CANDLE_INTERVALS[interval] * 1_000;
    this.#clock = clock;
    this.#series = series;
    this.#openTimeMs = this.#runningSinceMs();
  }

  changed(): void {
    this.#changed = true;
  }

  /** Milliseconds until the candle is over and to be told for the last time. */
  get closesInMs(): number {
    return Math.max(0, this.#openTimeMs + this.#intervalMs + CLOSE_AFTER_MS - this.#clock.nowMs());
  }

  update(): string[] {
    const texts: string[] = [];
    if (this.#runningSinceMs() - this.#openTimeMs > MOST_LATE_CANDLES * this.#intervalMs)
      this.#openTimeMs = this.#runningSinceMs();
    // A process that stood still tells each candle that it missed.
    while (this.closesInMs === 0) {
      const text = this.#told(true);
      if (text === null) return [];
      texts.push(text);
      this.#openTimeMs += this.#intervalMs;
      this.#changed = true;
    }
    if (this.#changed) {
      const text = this.#told(false);
      if (text !== null && text !== this.#lastText) texts.push(text);
      this.#lastText = text;
    }
    this.#changed = false;
    return texts;
  }

  snapshot(): string | null {
    return this.#told(false);
  }

  #told(closed: boolean): string | null {
    const series = this.#series();
    if (series === null) return null;
    const { traded, lastPrice } = series.at(this.#openTimeMs);
    const message: StreamMessageOf<"candle"> = {
      type: "candle",
      channel: this.#channel,
      symbol: this.#spec.name,
      interval: this.#interval,
      ...candleBody(this.#openTimeMs, this.#intervalMs, traded, lastPrice, this.#spec),
      closed,
    };
    return JSON.stringify(message);
  }

  #runningSinceMs(): number {
    const now = this.#clock.nowMs() - CLOSE_AFTER_MS;
    return now - (now % this.#intervalMs);
  }
}
