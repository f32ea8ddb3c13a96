import type { IdWords } from "./command.ts";
import type { Place } from "./order-row.ts";
import * as Row from "./order-row.ts";
import { OrderSegment } from "./order-segment.ts";
import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from "./terms.ts";
import { wideValue } from "./wide.ts";

/**
 * The rows and links of all orders, by slot. A freed slot keeps its row until the next command begins, so
 * that events may name it; only then can it be given again.
 *
 * `segments` is for the hot paths, which look a slot's segment up once; the methods are for everybody else.
 */
export class OrderTable {
  readonly segments: OrderSegment[] = [];
  /** Slots ever used: slots are below it. Slot 0 is no order's (order-index.ts). */
  #used = 1;
  #free = -1;
  /** Freed during this command: first and last of the chain. */
  #freedFirst = -1;
  #freedLast = -1;

  constructor(capacity: number) {
    while (this.segments.length << Row.SEGMENT_SHIFT <= capacity) this.segments.push(new OrderSegment());
  }

  /** One above the highest slot ever used. */
  get used(): number {
    return this.#used;
  }

  /** A slot to fill in; its row is stale. */
  allocate(): number {
    const slot = this.#free;
    if (slot >= 0) {
      this.#free = this.link(slot, Row.NEXT);
      return slot;
    }
    if (this.#used >>> Row.SEGMENT_SHIFT >= this.segments.length) this.segments.push(new OrderSegment());
    this.#used += 1;
    return this.#used - 1;
  }

  /** Gives a slot back at the next {@link recycle}. */
  release(slot: number): void {
    this.setLink(slot, Row.NEXT, this.#freedFirst);
    if (this.#freedFirst < 0) this.#freedLast = slot;
    this.#freedFirst = slot;
  }

  /** Makes the slots released since the last time available. */
  recycle(): void {
    if (this.#freedFirst < 0) return;
    this.setLink(this.#freedLast, Row.NEXT, this.#free);
    this.#free = this.#freedFirst;
    this.#freedFirst = -1;
  }

  word(slot: number, word: number): number {
    const { words } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    return words[(slot & Row.SEGMENT_MASK) * Row.ROW_WORDS + word]!;
  }

  setWord(slot: number, word: number, value: number): void {
    const { words } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    words[(slot & Row.SEGMENT_MASK) * Row.ROW_WORDS + word] = value;
  }

  double(slot: number, at: number): number {
    const { doubles } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    return doubles[(slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES + at]!;
  }

  setDouble(slot: number, at: number, value: number): void {
    const { doubles } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    doubles[(slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES + at] = value;
  }

  link(slot: number, link: number): number {
    const { links } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    return links[(slot & Row.SEGMENT_MASK) * Row.LINK_WORDS + link]!;
  }

  setLink(slot: number, link: number, value: number): void {
    const { links } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    links[(slot & Row.SEGMENT_MASK) * Row.LINK_WORDS + link] = value;
  }

  bits(slot: number): number {
    return this.word(slot, Row.BITS);
  }

  /** Sets what is in `set` and clears what is in `clear`. */
  changeBits(slot: number, set: number, clear: number): void {
    const { words } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS + Row.BITS;
    words[at] = (words[at]! & ~clear) | set;
  }

  /** Copies the id's words (unsigned) into `into`. */
  readId<T extends IdWords>(slot: number, into: T): T {
    const { words } = this.segments[slot >>> Row.SEGMENT_SHIFT]!;
    const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
    into.a = words[at]! >>> 0;
    into.b = words[at + 1]! >>> 0;
    into.c = words[at + 2]! >>> 0;
    into.d = words[at + 3]! >>> 0;
    return into;
  }

  /** One of the id's four words (0…3), unsigned. */
  idWord(slot: number, word: 0 | 1 | 2 | 3): number {
    return this.word(slot, Row.ID + word) >>> 0;
  }

  symbol(slot: number): number {
    return this.word(slot, Row.SYMBOL_CODE) & 0xffff;
  }

  /** Why it was refused or ended; 0 while it lives and when it is FILLED. */
  code(slot: number): number {
    return this.word(slot, Row.SYMBOL_CODE) >>> 16;
  }

  setCode(slot: number, code: number): void {
    this.setWord(slot, Row.SYMBOL_CODE, this.symbol(slot) | (code << 16));
  }

  side(slot: number): Side {
    return (this.bits(slot) & 1) as Side;
  }

  type(slot: number): OrderType {
    return ((this.bits(slot) >>> Row.TYPE_SHIFT) & Row.FIELD_MASK) as OrderType;
  }

  timeInForce(slot: number): TimeInForce {
    return ((this.bits(slot) >>> Row.TIME_IN_FORCE_SHIFT) & Row.FIELD_MASK) as TimeInForce;
  }

  selfTradePrevention(slot: number): SelfTradePrevention {
    return ((this.bits(slot) >>> Row.SELF_TRADE_SHIFT) & Row.FIELD_MASK) as SelfTradePrevention;
  }

  postOnly(slot: number): boolean {
    return (this.bits(slot) & Row.POST_ONLY) !== 0;
  }

  status(slot: number): OrderStatus {
    return ((this.bits(slot) >>> Row.STATUS_SHIFT) & Row.FIELD_MASK) as OrderStatus;
  }

  setStatus(slot: number, status: OrderStatus): void {
    this.changeBits(slot, status << Row.STATUS_SHIFT, Row.STATUS_MASK);
  }

  place(slot: number): Place {
    return ((this.bits(slot) >>> Row.PLACE_SHIFT) & 3) as Place;
  }

  setPlace(slot: number, place: Place): void {
    this.changeBits(slot, place << Row.PLACE_SHIFT, Row.PLACE_MASK);
  }

  userSlot(slot: number): number {
    return this.word(slot, Row.USER);
  }

  /** Ticks, 0: none. */
  price(slot: number): number {
    return this.double(slot, Row.PRICE);
  }

  /** Lots asked for in total; 0 when by quote amount. */
  quantity(slot: number): number {
    return this.double(slot, Row.QUANTITY);
  }

  /** Lots still to fill (what was left when it ended). */
  remaining(slot: number): number {
    return this.double(slot, Row.REMAINING);
  }

  /** Lots. */
  filled(slot: number): number {
    return this.double(slot, Row.FILLED);
  }

  /** filledQuote = filledQuoteHigh × 2^53 + filledQuoteLow tick-lots. */
  filledQuoteLow(slot: number): number {
    return this.double(slot, Row.QUOTE_LOW);
  }

  filledQuoteHigh(slot: number): number {
    return this.double(slot, Row.QUOTE_HIGH);
  }

  /** Tick-lots. Makes a bigint: not for hot paths. */
  filledQuote(slot: number): bigint {
    return wideValue(this.filledQuoteLow(slot), this.filledQuoteHigh(slot));
  }

  /** Sequence of the last command that changed it. */
  updatedSequence(slot: number): number {
    return this.double(slot, Row.UPDATED_SEQUENCE);
  }

  updatedTimeMs(slot: number): number {
    return this.double(slot, Row.UPDATED_TIME);
  }

  /** Sequence of the command that placed it. */
  placedSequence(slot: number): number {
    return this.double(slot, Row.PLACED_SEQUENCE);
  }

  /** Row of its extras, 0: none. */
  extras(slot: number): number {
    return this.word(slot, Row.EXTRAS);
  }
}
