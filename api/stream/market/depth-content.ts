import { formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { BookLevel } from "../../../engine/ports.ts";
import { isoTime } from "../../convert/order-body.ts";
import type { StreamMessageOf } from "../../schemas/stream.ts";
import type { SnapshotReason, StreamLevel } from "../../schemas/stream-market.ts";
import type { ChannelContent } from "../channel.ts";
import type { BookCopy, ToldLevels } from "./book-copy.ts";
import { bookChecksum, CHECKSUM_LEVELS } from "./checksum.ts";

/** What `depth` tells of one book. Changes between two updates go into one. */
export class DepthContent implements ChannelContent, ToldLevels {
  readonly #channel: string;
  readonly #spec: SymbolSpec;
  readonly #book: BookCopy;
  readonly #levels: number;
  readonly #bids = new Map<number, BookLevel>();
  readonly #asks = new Map<number, BookLevel>();
  /** `u` of what was told last. */
  #toldSequence = 0;
  isUnavailable = false;

  constructor(channel: string, spec: SymbolSpec, book: BookCopy, levels: number) {
    this.#channel = channel;
    this.#spec = spec;
    this.#book = book;
    this.#levels = levels;
    this.#toldSequence = book.place?.sequence ?? 0;
  }

  bid(level: BookLevel): void {
    this.#bids.set(level.price, level);
  }

  ask(level: BookLevel): void {
    this.#asks.set(level.price, level);
  }

  /** The book begins anew. */
  replaced(): void {
    this.#bids.clear();
    this.#asks.clear();
    this.#toldSequence = this.#book.place?.sequence ?? 0;
  }

  update(): string[] {
    const { place } = this.#book;
    if (place === null || place.sequence === this.#toldSequence) return [];
    // What changed nothing that shows is told with what does.
    if (this.#bids.size === 0 && this.#asks.size === 0) return [];
    const message: StreamMessageOf<"depth.update"> = {
      type: "depth.update",
      channel: this.#channel,
      symbol: this.#spec.name,
      U: this.#toldSequence + 1,
      u: place.sequence,
      time: isoTime(place.timeMs),
      bids: this.#written([...this.#bids.values()]),
      asks: this.#written([...this.#asks.values()]),
      checksum: this.#checksum(),
    };
    this.#bids.clear();
    this.#asks.clear();
    this.#toldSequence = place.sequence;
    return [JSON.stringify(message)];
  }

  /** To be called behind `update`: nothing is left over then that the snapshot has too. */
  snapshot(reason: SnapshotReason): string | null {
    const { place } = this.#book;
    if (place === null) return null;
    const message: StreamMessageOf<"depth.snapshot"> = {
      type: "depth.snapshot",
      channel: this.#channel,
      symbol: this.#spec.name,
      reason,
      timeline: place.timeline,
      epoch: place.epoch,
      // Nothing that shows has changed since: whoever reads already goes on from there, too.
      u: this.#toldSequence,
      time: isoTime(place.timeMs),
      levels: this.#levels,
      bids: this.#written(this.#book.bids.top(this.#levels)),
      asks: this.#written(this.#book.asks.top(this.#levels)),
      checksum: this.#checksum(),
    };
    return JSON.stringify(message);
  }

  #checksum(): number {
    return bookChecksum(
      this.#written(this.#book.asks.top(CHECKSUM_LEVELS)),
      this.#written(this.#book.bids.top(CHECKSUM_LEVELS)),
    );
  }

  #written(levels: readonly BookLevel[]): StreamLevel[] {
    const { priceStep, quantityStep } = this.#spec;
    return levels.map(({ price, quantity, orders }) => [
      formatUnits(price, priceStep),
      formatUnits(quantity, quantityStep),
      orders,
    ]);
  }
}
