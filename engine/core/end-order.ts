import { Code } from "./codes.ts";
import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { removeFromLevel } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import { endPlain } from "./plain-order.ts";
import { OrderStatus } from "./terms.ts";
import type { TrailingStops } from "./trailing-stops.ts";

/** Codes from here on mean EXPIRED; those from 100 to here CANCELLED. */
const FIRST_EXPIRED = 120;

/** Lots of a resting order that show. */
export function shownOf(core: CoreState, slot: number): number {
  const { orders } = core;
  return (orders.bits(slot) & Row.IS_ICEBERG) !== 0
    ? core.extras.double(orders.extras(slot), ExtraDouble.Shown)
    : orders.remaining(slot);
}

/** Takes an open order out of where it stands (book, waiting side, trailing group); it stays open. */
export function takeOut(core: CoreState, slot: number): void {
  const { orders, levels } = core;
  const { words } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const bits = words[at + Row.BITS]!;
  const place = (bits & Row.PLACE_MASK) >>> Row.PLACE_SHIFT;
  if (place === Place.Book) {
    const remaining = orders.remaining(slot);
    const level = words[at + Row.LEVEL]!;
    let shown = remaining;
    if ((bits & Row.IS_ICEBERG) !== 0) {
      shown = core.extras.double(words[at + Row.EXTRAS]!, ExtraDouble.Shown);
      levels.addHidden(level, shown - remaining);
    }
    levels.addOpenQuantity(levels.word(level, Level.SIDE), -remaining);
    removeFromLevel(levels, orders, slot, shown);
  } else if (place === Place.Waiting) removeFromLevel(levels, orders, slot, 0);
  else if (place === Place.Trailing) trailingOf(core, slot).remove(slot);
  words[at + Row.BITS] = bits & ~Row.PLACE_MASK;
}

/** The group structure that an active trailing stop is in. */
export function trailingOf(core: CoreState, slot: number): TrailingStops {
  const trailing = core.symbols.get(core.orders.symbol(slot))?.trailing?.[core.orders.side(slot)];
  if (trailing === undefined) throw new Error("trailing stop: active order in a symbol that has none");
  return trailing;
}

/**
 * Ends an order by a code (CANCELLED_… or EXPIRED_…), wherever it stands: event, then the end of its
 * sibling if it is a leg, then its row is free after this command.
 */
export function endOrder(core: CoreState, slot: number, code: Code): void {
  const { orders, clock } = core;
  const status = code >= FIRST_EXPIRED ? OrderStatus.Expired : OrderStatus.Cancelled;
  if (endPlain(core, slot, code, status)) return;
  takeOut(core, slot);
  const { words, doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const doublesAt = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  const bits = words[at + Row.BITS]!;
  words[at + Row.BITS] = (bits & ~Row.STATUS_MASK) | (status << Row.STATUS_SHIFT);
  words[at + Row.SYMBOL_CODE] = (words[at + Row.SYMBOL_CODE]! & 0xffff) | (code << 16);
  doubles[doublesAt + Row.UPDATED_SEQUENCE] = clock[SEQUENCE]!;
  doubles[doublesAt + Row.UPDATED_TIME] = clock[TIME]!;
  const remaining = doubles[doublesAt + Row.REMAINING]!;
  core.events.push(EventType.Ended, slot, -1, doubles[doublesAt + Row.PRICE]!, remaining, code);
  if ((bits & Row.HAS_SIBLING) !== 0) endSibling(core, slot);
  forget(core, slot);
}

/** Ends the other leg of its list, if that is open. */
export function endSibling(core: CoreState, slot: number): void {
  const sibling = detachSibling(core, slot);
  if (sibling >= 0) endOrder(core, sibling, Code.EXPIRED_BY_LIST);
}

/** Lets both legs of a list go their own ways; returns the other leg, or −1. */
export function detachSibling(core: CoreState, slot: number): number {
  const { orders } = core;
  if ((orders.bits(slot) & Row.HAS_SIBLING) === 0) return -1;
  const sibling = core.extras.word(orders.extras(slot), ExtraWord.Sibling);
  orders.changeBits(slot, 0, Row.HAS_SIBLING);
  orders.changeBits(sibling, 0, Row.HAS_SIBLING);
  return sibling;
}

/** Removes a final order from everything that finds it; its row can be given again after this command. */
export function forget(core: CoreState, slot: number): void {
  const { orders } = core;
  const { words } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const bits = words[at + Row.BITS]!;
  if ((bits & Row.IS_OPEN) !== 0) {
    core.index.remove(slot);
    core.users.removeOrder(words[at + Row.USER]!, slot);
    if ((bits & Row.NEEDS_CLEANING) !== 0) clean(core, slot, bits);
  }
  const row = words[at + Row.EXTRAS]!;
  if (row !== 0) core.extras.release(row);
  orders.release(slot);
}

function clean(core: CoreState, slot: number, bits: number): void {
  if ((bits & Row.HAS_CLIENT_ID) !== 0) core.clientIds.remove(slot);
  if ((bits & Row.IS_LEG) !== 0) core.lists.remove(slot);
  if ((bits & Row.IS_TIMED) !== 0) core.timers.remove(slot);
  if ((bits & Row.IS_COUNTED) !== 0) {
    core.counts.add(core.orders.userSlot(slot), core.orders.symbol(slot), -1);
  }
}
