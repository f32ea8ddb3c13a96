import { ChainIndex, textHash } from "./chain-index.ts";
import { TextColumn } from "./columns.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

const SEED = 1;
/** Users without an open order that are kept, since most come back: interning again costs more. */
const IDLE_KEPT = 4_096;

/** A user's row: eight words, in segments that are never moved. */
const SHIFT = 10;
const USERS = 1 << SHIFT;
const MASK = USERS - 1;
const ROW_SHIFT = 3;
const FIRST = 0;
const LAST = 1;
const OPEN = 2;
const DISABLED = 3;
const IDLE_NEXT = 4;
const IDLE_PREVIOUS = 5;

/**
 * Users as slots (small integers), each with the list of its open orders by when they were placed. A user without
 * open orders whose trading is not disabled is idle; the longest idle slots are given again, between
 * commands, once there are many.
 */
export class UserTable {
  readonly #orders: OrderTable;
  readonly #names = new TextColumn();
  readonly #index = new ChainIndex();
  readonly #segments: Int32Array[] = [];
  #idleFirst = -1;
  #idleLast = -1;
  #idleCount = 0;
  #used = 0;
  #lastName = "";
  #lastSlot = -1;

  constructor(orders: OrderTable) {
    this.#orders = orders;
  }

  /** One above the highest slot ever used. */
  get used(): number {
    return this.#used;
  }

  /** Slot of a user, made when unknown. Only at the start of a command: it may give an idle slot again. */
  intern(name: string): number {
    if (name === this.#lastName && this.#lastSlot >= 0) return this.#lastSlot;
    let slot = this.find(name);
    if (slot < 0) slot = this.#create(name, IDLE_KEPT);
    this.#lastName = name;
    this.#lastSlot = slot;
    return slot;
  }

  /** A slot for a user that is not known; never one of an idle user. */
  add(name: string): number {
    return this.#create(name, Number.POSITIVE_INFINITY);
  }

  /** Slot of a user that is known, or −1. */
  find(name: string): number {
    const hash = textHash(name, SEED);
    let slot = this.#index.first(hash);
    while (slot >= 0 && this.#names.get(slot) !== name) slot = this.#index.next(slot);
    return slot;
  }

  /** As {@link find}, faster for the user of the command before. */
  lookUp(name: string): number {
    return name === this.#lastName && this.#lastSlot >= 0 ? this.#lastSlot : this.find(name);
  }

  name(slot: number): string {
    return this.#names.get(slot);
  }

  /** Open orders of a user, in every symbol. */
  openCount(slot: number): number {
    return this.#get(slot, OPEN);
  }

  isDisabled(slot: number): boolean {
    return this.#get(slot, DISABLED) !== 0;
  }

  setDisabled(slot: number, disabled: boolean): void {
    if (this.isDisabled(slot) === disabled) return;
    this.#set(slot, DISABLED, disabled ? 1 : 0);
    if (this.openCount(slot) > 0) return;
    if (disabled) this.#leaveIdle(slot);
    else this.#joinIdle(slot);
  }

  /** First of a user's open orders by when they were placed, or −1. */
  firstOrder(slot: number): number {
    return this.#get(slot, FIRST);
  }

  nextOrder(order: number): number {
    return this.#orders.link(order, Row.USER_NEXT);
  }

  /** Adds an order behind the others. */
  addOrder(user: number, order: number): void {
    const { links } = this.#orders.segments[order >>> Row.SEGMENT_SHIFT]!;
    const link = (order & Row.SEGMENT_MASK) * Row.LINK_WORDS;
    const row = this.#segments[user >>> SHIFT]!;
    const rowAt = (user & MASK) << ROW_SHIFT;
    const last = row[rowAt + LAST]!;
    links[link + Row.USER_NEXT] = -1;
    links[link + Row.USER_PREVIOUS] = last;
    if (last < 0) row[rowAt + FIRST] = order;
    else this.#orders.setLink(last, Row.USER_NEXT, order);
    row[rowAt + LAST] = order;
    const count = row[rowAt + OPEN]!;
    row[rowAt + OPEN] = count + 1;
    if (count === 0 && row[rowAt + DISABLED] === 0) this.#leaveIdle(user);
  }

  /** Removes an order, wherever it stands among the user's. */
  removeOrder(user: number, order: number): void {
    const { links } = this.#orders.segments[order >>> Row.SEGMENT_SHIFT]!;
    const link = (order & Row.SEGMENT_MASK) * Row.LINK_WORDS;
    const row = this.#segments[user >>> SHIFT]!;
    const rowAt = (user & MASK) << ROW_SHIFT;
    const next = links[link + Row.USER_NEXT]!;
    const previous = links[link + Row.USER_PREVIOUS]!;
    if (previous < 0) row[rowAt + FIRST] = next;
    else this.#orders.setLink(previous, Row.USER_NEXT, next);
    if (next < 0) row[rowAt + LAST] = previous;
    else this.#orders.setLink(next, Row.USER_PREVIOUS, previous);
    const count = row[rowAt + OPEN]! - 1;
    row[rowAt + OPEN] = count;
    if (count === 0 && row[rowAt + DISABLED] === 0) this.#joinIdle(user);
  }

  #create(name: string, idleKept: number): number {
    let slot = this.#idleFirst;
    if (this.#idleCount > idleKept) {
      this.#leaveIdle(slot);
      this.#index.remove(slot);
    } else {
      slot = this.#used;
      this.#used += 1;
      if (slot >>> SHIFT >= this.#segments.length) this.#segments.push(new Int32Array(USERS << ROW_SHIFT));
    }
    this.#names.set(slot, name);
    this.#index.insert(slot, textHash(name, SEED));
    this.#set(slot, FIRST, -1);
    this.#set(slot, LAST, -1);
    this.#joinIdle(slot);
    return slot;
  }

  #joinIdle(slot: number): void {
    this.#set(slot, IDLE_NEXT, -1);
    this.#set(slot, IDLE_PREVIOUS, this.#idleLast);
    if (this.#idleLast < 0) this.#idleFirst = slot;
    else this.#set(this.#idleLast, IDLE_NEXT, slot);
    this.#idleLast = slot;
    this.#idleCount += 1;
  }

  #leaveIdle(slot: number): void {
    const next = this.#get(slot, IDLE_NEXT);
    const previous = this.#get(slot, IDLE_PREVIOUS);
    if (previous < 0) this.#idleFirst = next;
    else this.#set(previous, IDLE_NEXT, next);
    if (next < 0) this.#idleLast = previous;
    else this.#set(next, IDLE_PREVIOUS, previous);
    this.#idleCount -= 1;
  }

  #get(slot: number, word: number): number {
    return this.#segments[slot >>> SHIFT]![((slot & MASK) << ROW_SHIFT) + word]!;
  }

  #set(slot: number, word: number, value: number): void {
    this.#segments[slot >>> SHIFT]![((slot & MASK) << ROW_SHIFT) + word] = value;
  }
}
