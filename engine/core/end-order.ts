import { Code } from "./codes.ts";
import type { CoreState } from "./core-state.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { removeFromLevel } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
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
  const place = orders.place(slot);
  if (place === Place.Book) {
    const shown = shownOf(core, slot);
    const remaining = orders.remaining(slot);
    const level = orders.word(slot, Row.LEVEL);
    levels.addOpenQuantity(levels.word(level, Level.SIDE), -remaining);
    if (shown !== remaining) levels.addHidden(level, shown - remaining);
    removeFromLevel(levels, orders, slot, shown);
  } else if (place === Place.Waiting) removeFromLevel(levels, orders, slot, 0);
  else if (place === Place.Trailing) trailingOf(core, slot).remove(slot);
  orders.setPlace(slot, Place.Nowhere);
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
  const { orders } = core;
  takeOut(core, slot);
  orders.setStatus(slot, code >= FIRST_EXPIRED ? OrderStatus.Expired : OrderStatus.Cancelled);
  orders.setCode(slot, code);
  core.stamp(slot);
  core.events.push(EventType.Ended, slot, -1, orders.price(slot), orders.remaining(slot), code);
  endSibling(core, slot);
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
  const bits = orders.bits(slot);
  if ((bits & Row.IS_OPEN) !== 0) {
    core.index.remove(slot);
    core.users.removeOrder(orders.userSlot(slot), slot);
    if ((bits & Row.NEEDS_CLEANING) !== 0) clean(core, slot, bits);
  }
  const row = orders.extras(slot);
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
