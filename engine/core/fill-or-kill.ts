import type { CoreState } from "./core-state.ts";
import { shownOf } from "./end-order.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import { MAX_LOTS } from "./symbol-spec.ts";
import type { SymbolState } from "./symbol-table.ts";
import { SelfTradePrevention, Side } from "./terms.ts";

/**
 * Whether a sweep up to `limit` would fill the taker whole: a dry run that changes nothing. Level totals
 * answer first, so that what cannot be feasible costs a look at the levels, not at their orders.
 */
export function isFillable(core: CoreState, symbol: SymbolState, taker: number, limit: number): boolean {
  const { orders, levels } = core;
  const isBuy = orders.side(taker) === Side.Buy;
  const opposite = isBuy ? symbol.asks : symbol.bids;
  const wanted = orders.remaining(taker);
  if (levels.openQuantity(opposite) < wanted) return false;
  let left = wanted;
  let level = levels.best(opposite);
  while (level >= 0 && left > 0 && isWithin(isBuy, levels.price(level), limit)) {
    left -= levels.openTotal(level);
    level = levels.worse(level);
  }
  if (left > 0) return false;
  if (!mayMeetOwn(core, taker)) return true;
  left = wanted;
  level = levels.best(opposite);
  while (level >= 0 && left > 0 && isWithin(isBuy, levels.price(level), limit)) {
    left = leftAfterLevel(core, taker, level, left);
    if (left < 0) return false;
    level = levels.worse(level);
  }
  return left === 0;
}

/**
 * The same for a taker by quote amount: whether the sweep would end because no further lot fits, rather than
 * at the end of the book, at the band, or at an own order.
 */
export function isSpendable(core: CoreState, symbol: SymbolState, taker: number, limit: number): boolean {
  const { orders, levels } = core;
  const isBuy = orders.side(taker) === Side.Buy;
  let left = core.extras.quoteQuantity(orders.extras(taker));
  let taken = 0;
  let level = levels.best(isBuy ? symbol.asks : symbol.bids);
  while (level >= 0 && left > 0n && isWithin(isBuy, levels.price(level), limit)) {
    const price = BigInt(levels.price(level));
    const fitting = left / price;
    const lots = fitting > BigInt(MAX_LOTS) ? MAX_LOTS : Number(fitting);
    if (lots === 0) return taken > 0;
    const rest = leftAfterLevel(core, taker, level, lots);
    if (rest < 0) return false;
    taken += lots - rest;
    left -= BigInt(lots - rest) * price;
    if (rest === 0 && isLevelLeft(core, taker, level, lots)) return true;
    level = levels.worse(level);
  }
  return left === 0n;
}

/**
 * What a level leaves of `left` lots, met in the order of its queue: first what shows, then what the
 * icebergs hide. −1 when an own order ends the taker before.
 */
function leftAfterLevel(core: CoreState, taker: number, level: number, left: number): number {
  const { orders, levels } = core;
  const mode = orders.selfTradePrevention(taker);
  const user = mode === SelfTradePrevention.None ? -1 : orders.userSlot(taker);
  const skipsOwn = mode === SelfTradePrevention.ExpireMaker;
  let hidden = 0;
  let rest = left;
  let maker = levels.word(level, Level.HEAD);
  while (maker >= 0 && rest > 0) {
    if (orders.userSlot(maker) === user) {
      if (!skipsOwn) return -1;
    } else {
      const shown = shownOf(core, maker);
      hidden += orders.remaining(maker) - shown;
      rest -= Math.min(shown, rest);
    }
    maker = orders.link(maker, Row.NEXT);
  }
  return rest - Math.min(hidden, rest);
}

/** Whether anything stays at a level after `lots` of it were taken in the order of its queue. */
function isLevelLeft(core: CoreState, taker: number, level: number, lots: number): boolean {
  const { orders, levels } = core;
  const user = orders.userSlot(taker);
  const skipsOwn = orders.selfTradePrevention(taker) === SelfTradePrevention.ExpireMaker;
  let shown = 0;
  let total = 0;
  let maker = levels.word(level, Level.HEAD);
  while (maker >= 0) {
    if (skipsOwn && orders.userSlot(maker) === user) {
      // An own order is passed, and gone, only if the taker comes that far.
      if (shown >= lots) return true;
    } else {
      shown += shownOf(core, maker);
      total += orders.remaining(maker);
    }
    maker = orders.link(maker, Row.NEXT);
  }
  return total > lots;
}

/** Self-trade prevention can matter at all: it is on, and the user has open orders. */
function mayMeetOwn(core: CoreState, taker: number): boolean {
  const { orders } = core;
  const isOn = orders.selfTradePrevention(taker) !== SelfTradePrevention.None;
  return isOn && core.users.openCount(orders.userSlot(taker)) > 0;
}

function isWithin(isBuy: boolean, price: number, limit: number): boolean {
  return isBuy ? price <= limit : price >= limit;
}
