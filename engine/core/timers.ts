import * as Level from "./levels.ts";
import { Levels } from "./levels.ts";
import type { OrderExtras } from "./order-extras.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

/** Open orders by when they are due (DAY, GTD, a waiting stop's expireAt): levels whose key is a time. */
export class Timers {
  readonly #orders: OrderTable;
  readonly #extras: OrderExtras;
  readonly #levels = new Levels();
  readonly #side: number;

  constructor(orders: OrderTable, extras: OrderExtras) {
    this.#orders = orders;
    this.#extras = extras;
    this.#side = this.#levels.addSide(true);
  }

  /** When the next order is due, milliseconds; 0: none is. */
  get nextDueMs(): number {
    return this.#levels.bestPrice(this.#side);
  }

  /** The order due first (of equals, the one placed first), or −1. */
  first(): number {
    const level = this.#levels.best(this.#side);
    return level < 0 ? -1 : this.#levels.word(level, Level.HEAD);
  }

  /** Adds an order by its extras' expireAt. */
  add(slot: number): void {
    const extras = this.#extras;
    const row = this.#orders.extras(slot);
    const level = this.#levels.at(this.#side, extras.double(row, ExtraDouble.ExpireAt));
    const { words } = this.#levels.segments[level >>> Level.LEVEL_SHIFT]!;
    const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
    const tail = words[at + Level.TAIL]!;
    extras.setWord(row, ExtraWord.TimerLevel, level);
    extras.setWord(row, ExtraWord.TimerNext, -1);
    extras.setWord(row, ExtraWord.TimerPrevious, tail);
    if (tail < 0) words[at + Level.HEAD] = slot;
    else extras.setWord(this.#orders.extras(tail), ExtraWord.TimerNext, slot);
    words[at + Level.TAIL] = slot;
    words[at + Level.COUNT] = words[at + Level.COUNT]! + 1;
    this.#orders.changeBits(slot, Row.IS_TIMED, 0);
  }

  remove(slot: number): void {
    const extras = this.#extras;
    const row = this.#orders.extras(slot);
    const level = extras.word(row, ExtraWord.TimerLevel);
    const { words } = this.#levels.segments[level >>> Level.LEVEL_SHIFT]!;
    const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
    const next = extras.word(row, ExtraWord.TimerNext);
    const previous = extras.word(row, ExtraWord.TimerPrevious);
    if (previous < 0) words[at + Level.HEAD] = next;
    else extras.setWord(this.#orders.extras(previous), ExtraWord.TimerNext, next);
    if (next < 0) words[at + Level.TAIL] = previous;
    else extras.setWord(this.#orders.extras(next), ExtraWord.TimerPrevious, previous);
    words[at + Level.COUNT] = words[at + Level.COUNT]! - 1;
    if (words[at + Level.COUNT] === 0) this.#levels.remove(level);
    this.#orders.changeBits(slot, 0, Row.IS_TIMED);
  }

  /** Calls with every order, by due time and place. */
  forEach(visit: (slot: number) => void): void {
    let level = this.#levels.best(this.#side);
    while (level >= 0) {
      let slot = this.#levels.word(level, Level.HEAD);
      while (slot >= 0) {
        visit(slot);
        slot = this.#extras.word(this.#orders.extras(slot), ExtraWord.TimerNext);
      }
      level = this.#levels.worse(level);
    }
  }
}
