import { type MessageStream, MessageType } from "../support/workload.ts";

/**
 * A plain typed-array book, as a measure of the machine: LIMIT orders, GTC or IOC, of one symbol and one user, and
 * nothing else. Everything is sized beforehand: order ids index an array, prices index another, and a bitmap of the
 * prices that are not empty finds the next best one. It leaves out ids of 128 bits, users, checks, sums, growth,
 * and any range of prices.
 */
export const PlainEvent = { Accepted: 1, Trade: 2, Cancelled: 3, Refused: 4, Replaced: 5 } as const;

const NONE = -1;

export class PlainBook {
  /** Events of the last message, one column a field. */
  eventCount = 0;
  readonly eventType: Uint8Array = new Uint8Array(4_096);
  readonly eventOrder: Int32Array = new Int32Array(4_096);
  readonly eventOther: Int32Array = new Int32Array(4_096);
  readonly eventPrice: Int32Array = new Int32Array(4_096);
  readonly eventQuantity: Int32Array = new Int32Array(4_096);

  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #price: Int32Array;
  /** 0: not in the book. */
  readonly #quantity: Int32Array;
  readonly #side: Uint8Array;
  /** First and last order of each price, bids then asks. */
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  /** A bit for each price of bids, then of asks, that has orders. */
  readonly #present: Int32Array;
  /** Prices of a side, a multiple of 32: no price is the last. */
  readonly #prices: number;
  #bestBid = 0;
  #bestAsk: number;

  /** Order ids below `orders`, prices from 1 to below `above`. */
  constructor(orders: number, above: number) {
    const prices = (above + 32) & ~31;
    this.#next = new Int32Array(orders);
    this.#previous = new Int32Array(orders);
    this.#price = new Int32Array(orders);
    this.#quantity = new Int32Array(orders);
    this.#side = new Uint8Array(orders);
    this.#head = new Int32Array(prices * 2).fill(NONE);
    this.#tail = new Int32Array(prices * 2).fill(NONE);
    this.#present = new Int32Array(prices / 16);
    this.#prices = prices;
    this.#bestAsk = prices - 1;
  }

  place(id: number, side: number, price: number, quantity: number, isIoc: boolean): void {
    this.eventCount = 0;
    this.#enter(id, side, price, quantity, isIoc, PlainEvent.Accepted);
  }

  cancel(id: number): void {
    this.eventCount = 0;
    const quantity = this.#quantity[id]!;
    if (quantity === 0) this.#push(PlainEvent.Refused, id, NONE, 0, 0);
    else {
      this.#takeOut(id);
      this.#push(PlainEvent.Cancelled, id, NONE, this.#price[id]!, quantity);
    }
  }

  /** A cancel, and a new entry at the back of the queue. */
  modify(id: number, side: number, price: number, quantity: number): void {
    this.eventCount = 0;
    if (this.#quantity[id] === 0) this.#push(PlainEvent.Refused, id, NONE, 0, 0);
    else {
      this.#takeOut(id);
      this.#enter(id, side, price, quantity, false, PlainEvent.Replaced);
    }
  }

  #enter(id: number, side: number, price: number, quantity: number, isIoc: boolean, type: number): void {
    this.#push(type, id, NONE, price, quantity);
    const left = side === 0 ? this.#buy(id, price, quantity) : this.#sell(id, price, quantity);
    if (left === 0) return;
    if (isIoc) this.#push(PlainEvent.Cancelled, id, NONE, price, left);
    else this.#rest(id, side, price, left);
  }

  #buy(id: number, price: number, quantity: number): number {
    let left = quantity;
    while (left > 0 && this.#bestAsk <= price) left = this.#trade(id, this.#prices + this.#bestAsk, left);
    return left;
  }

  #sell(id: number, price: number, quantity: number): number {
    let left = quantity;
    while (left > 0 && this.#bestBid >= price && this.#bestBid > 0)
      left = this.#trade(id, this.#bestBid, left);
    return left;
  }

  /** Against the first order of a level; returns what is left. */
  #trade(taker: number, level: number, wanted: number): number {
    const maker = this.#head[level]!;
    const open = this.#quantity[maker]!;
    const lots = Math.min(open, wanted);
    this.#push(PlainEvent.Trade, maker, taker, this.#price[maker]!, lots);
    if (lots === open) this.#takeOut(maker);
    else this.#quantity[maker] = open - lots;
    return wanted - lots;
  }

  #rest(id: number, side: number, price: number, quantity: number): void {
    const level = side * this.#prices + price;
    const last = this.#tail[level]!;
    this.#next[id] = NONE;
    this.#previous[id] = last;
    this.#price[id] = price;
    this.#quantity[id] = quantity;
    this.#side[id] = side;
    if (last === NONE) {
      this.#head[level] = id;
      this.#present[level >>> 5] = this.#present[level >>> 5]! | (1 << (level & 31));
    } else this.#next[last] = id;
    this.#tail[level] = id;
    if (side === 0) {
      if (price > this.#bestBid) this.#bestBid = price;
    } else if (price < this.#bestAsk) this.#bestAsk = price;
  }

  #takeOut(id: number): void {
    const side = this.#side[id]!;
    const level = side * this.#prices + this.#price[id]!;
    const next = this.#next[id]!;
    const previous = this.#previous[id]!;
    this.#quantity[id] = 0;
    if (previous === NONE) this.#head[level] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail[level] = previous;
    else this.#previous[next] = previous;
    if (next !== NONE || previous !== NONE) return;
    this.#present[level >>> 5] = this.#present[level >>> 5]! & ~(1 << (level & 31));
    if (side === 0) {
      if (this.#price[id] === this.#bestBid) this.#bestBid = this.#presentBelow(level);
    } else if (this.#price[id] === this.#bestAsk) this.#bestAsk = this.#presentAbove(level) - this.#prices;
  }

  /** The highest price below one that is not empty, 0 when none is. */
  #presentBelow(level: number): number {
    let word = level >>> 5;
    let bits = this.#present[word]! & ((1 << (level & 31)) - 1);
    while (bits === 0 && word > 0) {
      word -= 1;
      bits = this.#present[word]!;
    }
    return bits === 0 ? 0 : word * 32 + 31 - Math.clz32(bits);
  }

  /** The lowest level above one that is not empty, the last of all when none is. */
  #presentAbove(level: number): number {
    const last = this.#present.length - 1;
    let word = level >>> 5;
    let bits = this.#present[word]! & (-2 << (level & 31));
    while (bits === 0 && word < last) {
      word += 1;
      bits = this.#present[word]!;
    }
    return bits === 0 ? last * 32 + 31 : word * 32 + 31 - Math.clz32(bits & -bits);
  }

  #push(type: number, order: number, other: number, price: number, quantity: number): void {
    const at = this.eventCount;
    this.eventType[at] = type;
    this.eventOrder[at] = order;
    this.eventOther[at] = other;
    this.eventPrice[at] = price;
    this.eventQuantity[at] = quantity;
    this.eventCount = at + 1;
  }
}

/** A book that has room for a stream. */
export function plainBookFor(stream: MessageStream): PlainBook {
  let orders = 0;
  let prices = 0;
  for (let index = 0; index < stream.count; index += 1) {
    orders = Math.max(orders, stream.orderId[index]!);
    prices = Math.max(prices, stream.price[index]!);
  }
  return new PlainBook(orders + 1, prices + 1);
}

/** Gives message `index` to the book. */
export function applyPlainly(book: PlainBook, stream: MessageStream, index: number): void {
  const id = stream.orderId[index]!;
  const type = stream.type[index]!;
  if (type === MessageType.Cancel) {
    book.cancel(id);
    return;
  }
  const side = stream.side[index]!;
  const price = stream.price[index]!;
  const quantity = stream.quantity[index]!;
  if (type === MessageType.New) book.place(id, side, price, quantity, stream.ioc[index] === 1);
  else book.modify(id, side, price, quantity);
}
