import { ChainIndex, textHash } from "./chain-index.ts";
import { IntColumn, TextColumn } from "./columns.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

const SEED = 1;
/** Users without an open order that are kept, since most come back: interning again costs more. */
const IDLE_KEPT = 4_096;

/**
 * Users as slots (small integers), each with the list of its open orders by when they were placed. A user without
 * open orders whose trading is not disabled is idle; the longest idle slots are given again, between
 * commands, once there are many.
 */
export class UserTable {
  readonly #orders: OrderTable;
  readonly #names = new TextColumn();
  readonly #index = new ChainIndex();
  readonly #first = new IntColumn(-1);
  readonly #last = new IntColumn(-1);
  readonly #openCount = new IntColumn(0);
  readonly #disabled = new IntColumn(0);
  readonly #idleNext = new IntColumn(-1);
  readonly #idlePrevious = new IntColumn(-1);
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
    return this.#openCount.get(slot);
  }

  isDisabled(slot: number): boolean {
    return this.#disabled.get(slot) !== 0;
  }

  setDisabled(slot: number, disabled: boolean): void {
    const before = this.#disabled.get(slot) !== 0;
    if (before === disabled) return;
    const idles = this.#openCount.get(slot) === 0;
    this.#disabled.set(slot, disabled ? 1 : 0);
    if (idles) {
      if (disabled) this.#leaveIdle(slot);
      else this.#joinIdle(slot);
    }
  }

  /** First of a user's open orders by when they were placed, or −1. */
  firstOrder(slot: number): number {
    return this.#first.get(slot);
  }

  nextOrder(order: number): number {
    return this.#orders.word(order, Row.USER_NEXT);
  }

  addOrder(user: number, order: number): void {
    const last = this.#last.get(user);
    const words = this.#orders.words[order >>> Row.SEGMENT_SHIFT]!;
    const at = (order & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
    words[at + Row.USER_NEXT] = -1;
    words[at + Row.USER_PREVIOUS] = last;
    if (last < 0) this.#first.set(user, order);
    else this.#orders.setWord(last, Row.USER_NEXT, order);
    this.#last.set(user, order);
    const count = this.#openCount.get(user);
    this.#openCount.set(user, count + 1);
    if (count === 0 && this.#disabled.get(user) === 0) this.#leaveIdle(user);
  }

  removeOrder(user: number, order: number): void {
    const words = this.#orders.words[order >>> Row.SEGMENT_SHIFT]!;
    const at = (order & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
    const next = words[at + Row.USER_NEXT]!;
    const previous = words[at + Row.USER_PREVIOUS]!;
    if (previous < 0) this.#first.set(user, next);
    else this.#orders.setWord(previous, Row.USER_NEXT, next);
    if (next < 0) this.#last.set(user, previous);
    else this.#orders.setWord(next, Row.USER_PREVIOUS, previous);
    const count = this.#openCount.get(user) - 1;
    this.#openCount.set(user, count);
    if (count === 0 && this.#disabled.get(user) === 0) this.#joinIdle(user);
  }

  #create(name: string, idleKept: number): number {
    let slot = this.#idleFirst;
    if (this.#idleCount > idleKept) {
      this.#leaveIdle(slot);
      this.#index.remove(slot);
    } else {
      slot = this.#used;
      this.#used += 1;
    }
    this.#names.set(slot, name);
    this.#index.insert(slot, textHash(name, SEED));
    this.#first.set(slot, -1);
    this.#last.set(slot, -1);
    this.#joinIdle(slot);
    return slot;
  }

  #joinIdle(slot: number): void {
    this.#idleNext.set(slot, -1);
    this.#idlePrevious.set(slot, this.#idleLast);
    if (this.#idleLast < 0) this.#idleFirst = slot;
    else this.#idleNext.set(this.#idleLast, slot);
    this.#idleLast = slot;
    this.#idleCount += 1;
  }

  #leaveIdle(slot: number): void {
    const next = this.#idleNext.get(slot);
    const previous = this.#idlePrevious.get(slot);
    if (previous < 0) this.#idleFirst = next;
    else this.#idleNext.set(previous, next);
    if (next < 0) this.#idleLast = previous;
    else this.#idlePrevious.set(next, previous);
    this.#idleCount -= 1;
  }
}
