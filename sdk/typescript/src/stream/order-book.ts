import { crc32 } from "./crc32.ts";
import type { DepthSnapshot, DepthUpdate, Level } from "./messages.ts";

/** Levels of a side that the checksum is over. */
const CHECKSUM_LEVELS = 10;

/** One side, best first. Prices of a pair are all written with the same decimals. */
class Side {
  readonly #levels = new Map<string, Level>();
  /** By digits, best first. */
  readonly #prices: string[] = [];
  readonly #bestIsHighest: boolean;

  constructor(bestIsHighest: boolean) {
    this.#bestIsHighest = bestIsHighest;
  }

  set(level: Level): void {
    const key = digits(level[0]);
    const known = this.#levels.has(key);
    if (!isZero(level[1])) {
      if (!known) this.#prices.splice(this.#placeOf(key), 0, key);
      this.#levels.set(key, level);
    } else if (known) {
      this.#prices.splice(this.#placeOf(key), 1);
      this.#levels.delete(key);
    }
  }

  clear(): void {
    this.#levels.clear();
    this.#prices.length = 0;
  }

  top(limit: number): Level[] {
    return this.#prices.slice(0, limit).map((key) => this.#levels.get(key) as Level);
  }

  #placeOf(key: string): number {
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareDigits(this.#prices[middle] as string, key);
      if (this.#bestIsHighest ? order > 0 : order < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What an update did to the copy. `gap` and `checksum`: the copy is worth nothing any more. */
export type Applied = "ok" | "gap" | "checksum";

/**
 * A copy of one book, made of what the stream tells of it, and proved at each step: nothing may be missing
 * between updates (`U` = the last `u` + 1), and the ten best levels must give the server's CRC32.
 */
export class OrderBook {
  readonly symbol: string;
  readonly #bids = new Side(true);
  readonly #asks = new Side(false);
  /** Sequence of the last command in it; null while there is no book. */
  sequence: number | null = null;
  timeline: string | null = null;
  epoch: number | null = null;
  time: string | null = null;

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  /** Best first. */
  bids(limit = Number.POSITIVE_INFINITY): Level[] {
    return this.#bids.top(limit);
  }

  /** Best first. */
  asks(limit = Number.POSITIVE_INFINITY): Level[] {
    return this.#asks.top(limit);
  }

  /** Begins anew from a snapshot. */
  replace(snapshot: DepthSnapshot): Applied {
    this.#bids.clear();
    this.#asks.clear();
    for (const level of snapshot.bids) this.#bids.set(level);
    for (const level of snapshot.asks) this.#asks.set(level);
    this.sequence = snapshot.u;
    this.timeline = snapshot.timeline;
    this.epoch = snapshot.epoch;
    this.time = snapshot.time;
    return this.#prove(snapshot.checksum);
  }

  /** Applies a change; one from before the snapshot does nothing. */
  apply(update: DepthUpdate): Applied {
    if (this.sequence === null) return "gap";
    if (update.u <= this.sequence) return "ok";
    if (update.U !== this.sequence + 1) return this.#lose("gap");
    for (const level of update.bids) this.#bids.set(level);
    for (const level of update.asks) this.#asks.set(level);
    this.sequence = update.u;
    this.time = update.time;
    return this.#prove(update.checksum);
  }

  /** Forgets everything: until the next snapshot there is no book. */
  reset(): void {
    this.#bids.clear();
    this.#asks.clear();
    this.sequence = null;
  }

  /** CRC32 of the ten best levels: asks from the lowest up, then bids from the highest down. */
  checksum(): number {
    const texts = [...this.#asks.top(CHECKSUM_LEVELS), ...this.#bids.top(CHECKSUM_LEVELS)].map(
      ([price, quantity]) => digits(price) + digits(quantity),
    );
    return crc32(texts.join(""));
  }

  #prove(checksum: number): Applied {
    return this.checksum() === checksum ? "ok" : this.#lose("checksum");
  }

  #lose(why: "gap" | "checksum"): Applied {
    this.reset();
    return why;
  }
}

/** An amount without its point and leading zeros. */
function digits(amount: string): string {
  return amount.replace(".", "").replace(/^0+/, "");
}

function isZero(amount: string): boolean {
  return digits(amount) === "";
}

function compareDigits(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
