import type { CoreState } from "./core-state.ts";
import { endSibling, forget, takeOut } from "./end-order.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { ExtraDouble } from "./order-extras.ts";
import { addToLevelTotal, appendToLevel, removeFromLevel } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { OrderStatus } from "./terms.ts";
import { addProduct } from "./wide.ts";

/**
 * Trades outside the plain sweep: with icebergs, and of takers by quote amount.
 */

/** A taker meets an iceberg at the front of its level: at most what shows is traded, then the next part shows. */
export function meetIceberg(core: CoreState, taker: number, maker: number, price: number): void {
  const { orders } = core;
  const quantity = Math.min(
    orders.remaining(taker),
    core.extras.double(orders.extras(maker), ExtraDouble.Shown),
  );
  tradeWithMaker(core, taker, maker, price, quantity);
}

/** One trade of at most what shows, on both rows and in the book; a maker that it fills is gone. */
export function tradeWithMaker(
  core: CoreState,
  taker: number,
  maker: number,
  price: number,
  quantity: number,
): void {
  const { orders, levels } = core;
  fill(core, taker, price, quantity);
  fill(core, maker, price, quantity);
  core.events.push(EventType.Trade, maker, taker, price, quantity, 0);
  const level = orders.word(maker, Row.LEVEL);
  const isIceberg = (orders.bits(maker) & Row.IS_ICEBERG) !== 0;
  let shown = orders.remaining(maker);
  if (isIceberg) {
    const row = orders.extras(maker);
    shown = core.extras.double(row, ExtraDouble.Shown) - quantity;
    core.extras.setDouble(row, ExtraDouble.Shown, shown);
  }
  addToLevelTotal(levels, level, -quantity);
  levels.addOpenQuantity(levels.word(level, Level.SIDE), -quantity);
  endSibling(core, maker);
  if (orders.remaining(maker) === 0) {
    takeOut(core, maker);
    orders.setStatus(maker, OrderStatus.Filled);
    forget(core, maker);
    return;
  }
  orders.setStatus(maker, OrderStatus.PartiallyFilled);
  if (shown === 0) showNextPart(core, maker, level);
}

/** What an order asks to show, of what it has left. */
export function partToShow(core: CoreState, slot: number): number {
  const display = core.extras.double(core.orders.extras(slot), ExtraDouble.DisplayQuantity);
  return Math.min(display, core.orders.remaining(slot));
}

/** Adds a fill to an order's row. What is left of an amount by quote is the sweep's to know. */
function fill(core: CoreState, slot: number, price: number, quantity: number): void {
  const { orders } = core;
  const { doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  const byQuote = (orders.bits(slot) & Row.IS_BY_QUOTE) !== 0;
  if (!byQuote) doubles[at + Row.REMAINING] = doubles[at + Row.REMAINING]! - quantity;
  doubles[at + Row.FILLED] = doubles[at + Row.FILLED]! + quantity;
  addProduct(doubles, at + Row.QUOTE_LOW, at + Row.QUOTE_HIGH, price, quantity);
  core.stamp(slot);
}

function showNextPart(core: CoreState, maker: number, level: number): void {
  const { orders, levels } = core;
  const part = partToShow(core, maker);
  core.extras.setDouble(orders.extras(maker), ExtraDouble.Shown, part);
  levels.addHidden(level, -part);
  if (orders.link(maker, Row.NEXT) < 0) addToLevelTotal(levels, level, part);
  else {
    removeFromLevel(levels, orders, maker, 0);
    appendToLevel(levels, orders, level, maker, part);
  }
}
