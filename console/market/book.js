// @ts-check
/**
 * A copy of one pair's book, kept by the stream's snapshots and changes and proved by their checksums. It knows
 * when it has missed something: `apply` then says so, and the copy is not to be used before a new snapshot.
 */
import { exact, unitsAt } from "../amounts/decimal.js";
import { crc32 } from "./crc32.js";

/**
 * @typedef {readonly [price: string, quantity: string, orders: number]} WireLevel
 * @typedef {object} Level
 * @property {bigint} units the price in units of the finest digit of the pair's price step
 * @property {string} price
 * @property {string} quantity
 * @property {bigint} lots the quantity in units of the finest digit of the pair's quantity step
 * @property {number} orders
 * @typedef {{ bids: readonly WireLevel[], asks: readonly WireLevel[] }} Levels
 * @typedef {{ levels?: number, u: number, checksum?: number } & Levels} Snapshot
 * @typedef {{ U: number, u: number, checksum: number } & Levels} Update
 */

const CHECKED_LEVELS = 10;

export class Book {
  /** @type {Level[]} best (highest) first */
  bids = [];
  /** @type {Level[]} best (lowest) first */
  asks = [];
  /** Last sequence in it; null before the first snapshot and after a fault. @type {number | null} */
  sequence = null;

  /** @param {{ priceScale: number, quantityScale: number }} scales digits behind the point */
  constructor({ priceScale, quantityScale }) {
    this.priceScale = priceScale;
    this.quantityScale = quantityScale;
  }

  /**
   * Throws away what was known. False: the snapshot itself does not fit its checksum.
   * @param {Snapshot} snapshot
   */
  reset(snapshot) {
    this.bids = [];
    this.asks = [];
    this.#replace(snapshot);
    return this.#prove(snapshot.u, snapshot.checksum);
  }

  /**
   * False: something is missing or wrong. What the snapshot had already is passed over.
   * @param {Update} update
   */
  apply(update) {
    if (this.sequence === null) return false;
    if (update.u <= this.sequence) return true;
    if (update.U !== this.sequence + 1) {
      this.sequence = null;
      return false;
    }
    this.#replace(update);
    return this.#prove(update.u, update.checksum);
  }

  /**
   * @param {number} sequence
   * @param {number | undefined} checksum
   */
  #prove(sequence, checksum) {
    const isProved = checksum === undefined || checksum === this.checksum();
    this.sequence = isProved ? sequence : null;
    return isProved;
  }

  /** @param {Levels} levels */
  #replace(levels) {
    for (const level of levels.bids) put(this.bids, this.#levelOf(level), -1n);
    for (const level of levels.asks) put(this.asks, this.#levelOf(level), 1n);
  }

  /**
   * @param {WireLevel} wire
   * @returns {Level}
   */
  #levelOf([price, quantity, orders]) {
    return {
      units: unitsAt(exact(price), this.priceScale),
      price,
      quantity,
      lots: unitsAt(exact(quantity), this.quantityScale),
      orders,
    };
  }

  /** CRC32 over the ten best levels: asks first, then bids, digits without point and leading zeros. */
  checksum() {
    const best = [...this.asks.slice(0, CHECKED_LEVELS), ...this.bids.slice(0, CHECKED_LEVELS)];
    return crc32(best.map(({ price, quantity }) => digitsOf(price) + digitsOf(quantity)).join(""));
  }
}

/** @param {string} amount */
function digitsOf(amount) {
  return amount.replace(".", "").replace(/^0+/, "");
}

/**
 * Puts a level where it belongs: in the place of the one at its price, or out when nothing is left there.
 * @param {Level[]} side
 * @param {Level} level
 * @param {1n | -1n} direction of prices from the best on
 */
function put(side, level, direction) {
  let low = 0;
  let high = side.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = /** @type {Level} */ (side[middle]);
    const distance = (there.units - level.units) * direction;
    if (distance < 0n) low = middle + 1;
    else high = middle;
  }
  const isThere = side[low]?.units === level.units;
  if (level.lots === 0n) {
    if (isThere) side.splice(low, 1);
  } else side.splice(low, isThere ? 1 : 0, level);
}
