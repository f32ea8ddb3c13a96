import { Code } from "./codes.ts";
import type { CoreState } from "./core-state.ts";
import { extrasOf } from "./create-order.ts";
import { endOrder, endSibling } from "./end-order.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { partToShow } from "./maker-trade.ts";
import { ExtraDouble } from "./order-extras.ts";
import { addToLevelTotal } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { SelfTradePrevention } from "./terms.ts";

/**
 * A taker meets an order of its own user. Returns true when that ends the taker; a maker that it
 * ends has been ended here.
 */
export function meetOwnOrder(core: CoreState, taker: number, maker: number): boolean {
  const mode = core.orders.selfTradePrevention(taker);
  if (mode === SelfTradePrevention.ExpireTaker) return true;
  if (mode === SelfTradePrevention.Decrement) {
    const lots = Math.min(core.orders.remaining(taker), core.orders.remaining(maker));
    const level = core.orders.word(maker, Row.LEVEL);
    const price = core.levels.price(level);
    core.events.push(EventType.Prevented, maker, taker, price, lots, 0);
    prevent(core, taker, lots);
    preventMaker(core, maker, lots);
    return core.orders.remaining(taker) === 0;
  }
  endOrder(core, maker, Code.EXPIRED_SELF_TRADE_PREVENTION);
  return mode === SelfTradePrevention.ExpireBoth;
}

/** Takes lots off a resting order; one that has none left has ended. */
export function preventMaker(core: CoreState, maker: number, lots: number): void {
  const { orders, levels, extras } = core;
  const level = orders.word(maker, Row.LEVEL);
  const isIceberg = (orders.bits(maker) & Row.IS_ICEBERG) !== 0;
  const shownBefore = isIceberg
    ? extras.double(orders.extras(maker), ExtraDouble.Shown)
    : orders.remaining(maker);
  const hiddenBefore = orders.remaining(maker) - shownBefore;
  prevent(core, maker, lots);
  const left = orders.remaining(maker);
  // What is hidden goes first, so that the order keeps its place with what still shows.
  const shown = isIceberg ? Math.min(shownBefore, partToShow(core, maker)) : left;
  if (isIceberg) extras.setDouble(orders.extras(maker), ExtraDouble.Shown, shown);
  levels.addOpenQuantity(levels.word(level, Level.SIDE), -lots);
  levels.addHidden(level, left - shown - hiddenBefore);
  addToLevelTotal(levels, level, shown - shownBefore);
  if (left === 0) endOrder(core, maker, Code.EXPIRED_SELF_TRADE_PREVENTION);
  else endSibling(core, maker);
}

/** Takes lots off an order's remaining quantity and counts them as prevented. */
export function prevent(core: CoreState, slot: number, lots: number): void {
  const { orders, extras } = core;
  const row = extrasOf(core, slot);
  extras.setDouble(row, ExtraDouble.Prevented, extras.double(row, ExtraDouble.Prevented) + lots);
  const byQuote = (orders.bits(slot) & Row.IS_BY_QUOTE) !== 0;
  if (!byQuote) orders.setDouble(slot, Row.REMAINING, orders.remaining(slot) - lots);
  core.stamp(slot);
}
