import { Code } from "./codes.ts";
import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { rejectRow } from "./create-order.ts";
import { forget } from "./end-order.ts";
import { EventType } from "./event.ts";
import { isFillable, isSpendable } from "./fill-or-kill.ts";
import { partToShow } from "./maker-trade.ts";
import { ExtraDouble } from "./order-extras.ts";
import { wordsHash } from "./order-index.ts";
import { appendToLevel } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import { sweep } from "./sweep.ts";
import { sweepByQuote } from "./sweep-by-quote.ts";
import { MAX_LOTS } from "./symbol-spec.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderStatus, OrderType, Side, TimeInForce } from "./terms.ts";

const OPEN: number = OrderStatus.Open << Row.STATUS_SHIFT;
const PARTLY_FILLED: number = OrderStatus.PartiallyFilled << Row.STATUS_SHIFT;
const FILLED: number = OrderStatus.Filled << Row.STATUS_SHIFT;
const EXPIRED: number = OrderStatus.Expired << Row.STATUS_SHIFT;
const IN_BOOK: number = Place.Book << Row.PLACE_SHIFT;

/**
 * How a new or repriced LIMIT order meets the book: sweep, then rest, expire, or be filled. What its trades
 * trigger is looked for by the caller (triggers.ts).
 */
export function enterLimit(core: CoreState, symbol: SymbolState, slot: number): void {
  const { orders } = core;
  const { words, doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const bits = words[(slot & Row.SEGMENT_MASK) * Row.ROW_WORDS + Row.BITS]!;
  const doublesAt = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  const price = doubles[doublesAt + Row.PRICE]!;
  const timeInForce = (bits >>> Row.TIME_IN_FORCE_SHIFT) & Row.FIELD_MASK;
  if (timeInForce === TimeInForce.Fok && !isFillable(core, symbol, slot, price)) {
    expire(core, slot, Code.EXPIRED_FILL_OR_KILL);
    return;
  }
  if (wouldCross(core, symbol, (bits & 1) as Side, price)) {
    if (sweep(core, symbol, slot, price)) {
      expire(core, slot, Code.EXPIRED_SELF_TRADE_PREVENTION);
      return;
    }
    if (doubles[doublesAt + Row.REMAINING] === 0) {
      finish(core, slot);
      return;
    }
  }
  if (timeInForce === TimeInForce.Ioc) expire(core, slot, Code.EXPIRED_IMMEDIATE_OR_CANCEL);
  else rest(core, symbol, slot);
}

/** How a MARKET order, or a triggered order that became one, meets the book: within the band, never resting. */
export function enterMarket(core: CoreState, symbol: SymbolState, slot: number): void {
  const { orders } = core;
  const isBuy = orders.side(slot) === Side.Buy;
  const limit = isBuy ? symbol.bandHigh : symbol.bandLow;
  const byQuote = (orders.bits(slot) & Row.IS_BY_QUOTE) !== 0;
  if (orders.timeInForce(slot) === TimeInForce.Fok) {
    const feasible = byQuote ? isSpendable : isFillable;
    if (!feasible(core, symbol, slot, limit)) {
      expire(core, slot, Code.EXPIRED_FILL_OR_KILL);
      return;
    }
  }
  if (byQuote) {
    const code = sweepByQuote(core, symbol, slot, limit);
    if (code === Code.NONE) finish(core, slot);
    else expire(core, slot, code);
  } else if (sweep(core, symbol, slot, limit)) expire(core, slot, Code.EXPIRED_SELF_TRADE_PREVENTION);
  else if (orders.remaining(slot) === 0) finish(core, slot);
  else {
    const stopped = core.levels.best(isBuy ? symbol.asks : symbol.bids) >= 0;
    expire(core, slot, stopped ? Code.EXPIRED_PRICE_BAND : Code.EXPIRED_NO_LIQUIDITY);
  }
}

/** A triggered order enters: its checks of this moment, then as LIMIT (where it has a price) or MARKET. */
export function enterTriggered(core: CoreState, symbol: SymbolState, slot: number): void {
  const { orders } = core;
  const price = orders.price(slot);
  if (price === 0) {
    enterMarket(core, symbol, slot);
    return;
  }
  const side = orders.side(slot);
  const timeInForce = orders.timeInForce(slot);
  const mayRest = timeInForce !== TimeInForce.Ioc && timeInForce !== TimeInForce.Fok;
  if (mayRest && isSideFull(core, symbol, side, orders.remaining(slot))) {
    refuseTriggered(core, slot, Code.AMOUNT_OUT_OF_RANGE);
    return;
  }
  if (orders.postOnly(slot) && wouldCross(core, symbol, side, price)) {
    refuseTriggered(core, slot, Code.POST_ONLY_WOULD_CROSS);
    return;
  }
  if (price >= symbol.bandLow && price <= symbol.bandHigh) {
    enterLimit(core, symbol, slot);
    return;
  }
  const limit = side === Side.Buy ? Math.min(price, symbol.bandHigh) : Math.max(price, symbol.bandLow);
  if (timeInForce === TimeInForce.Fok && !isFillable(core, symbol, slot, limit)) {
    expire(core, slot, Code.EXPIRED_FILL_OR_KILL);
  } else if (sweep(core, symbol, slot, limit)) expire(core, slot, Code.EXPIRED_SELF_TRADE_PREVENTION);
  else if (orders.remaining(slot) === 0) finish(core, slot);
  else expire(core, slot, Code.EXPIRED_PRICE_BAND);
}

/** Whether a limit price reaches the other side's best. Without a branch on the side, which nobody can predict. */
export function wouldCross(core: CoreState, symbol: SymbolState, side: Side, price: number): boolean {
  return (price - core.levels.touch(symbol.asks - side)) * (1 - 2 * side) >= 0;
}

/** Whether `lots` more would take the open quantity of a side past what is exact. */
export function isSideFull(core: CoreState, symbol: SymbolState, side: Side, lots: number): boolean {
  return core.levels.openQuantity(symbol.bids + side) > MAX_LOTS - lots;
}

/**
 * Puts an order at the back of its level. `shownOfIceberg`: lots that show of an iceberg that is restored; 0:
 * its first part.
 */
export function rest(core: CoreState, symbol: SymbolState, slot: number, shownOfIceberg = 0): void {
  const { orders, levels } = core;
  const { words, doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const doublesAt = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  if ((words[at + Row.BITS]! & Row.IS_OPEN) === 0) open(core, symbol, slot);
  const bits = words[at + Row.BITS]!;
  const side = symbol.bids + (bits & 1);
  const remaining = doubles[doublesAt + Row.REMAINING]!;
  const level = levels.at(side, doubles[doublesAt + Row.PRICE]!);
  let shown = remaining;
  if ((bits & Row.IS_ICEBERG) !== 0) {
    shown = shownOfIceberg === 0 ? partToShow(core, slot) : shownOfIceberg;
    core.extras.setDouble(words[at + Row.EXTRAS]!, ExtraDouble.Shown, shown);
    levels.addHidden(level, remaining - shown);
  }
  appendToLevel(levels, orders, level, slot, shown);
  levels.addOpenQuantity(side, remaining);
  const state = (doubles[doublesAt + Row.FILLED]! > 0 ? PARTLY_FILLED : OPEN) | IN_BOOK;
  words[at + Row.BITS] = (bits & ~(Row.STATUS_MASK | Row.PLACE_MASK)) | state;
}

/** Makes a new order findable, and due: it will rest or wait. */
export function open(core: CoreState, symbol: SymbolState, slot: number): void {
  const { orders } = core;
  const { words } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  core.index.insert(slot, wordsHash(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!));
  core.users.addOrder(words[at + Row.USER]!, slot);
  const bits = words[at + Row.BITS]! | Row.IS_OPEN;
  words[at + Row.BITS] = bits;
  if ((bits & Row.HAS_CLIENT_ID) !== 0) core.clientIds.insert(slot);
  const row = words[at + Row.EXTRAS]!;
  if (row !== 0 && core.extras.double(row, ExtraDouble.ExpireAt) !== 0) core.timers.add(slot);
  if (symbol.limited) {
    core.counts.add(words[at + Row.USER]!, symbol.number, 1);
    words[at + Row.BITS] = words[at + Row.BITS]! | Row.IS_COUNTED;
  }
}

/** The taker is filled. */
function finish(core: CoreState, slot: number): void {
  const { words } = core.orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  words[at + Row.BITS] = (words[at + Row.BITS]! & ~Row.STATUS_MASK) | FILLED;
  forget(core, slot);
}

/** The taker ends with what it has left. */
function expire(core: CoreState, slot: number, code: Code): void {
  const { orders, clock } = core;
  const { words, doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const doublesAt = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  words[at + Row.BITS] = (words[at + Row.BITS]! & ~Row.STATUS_MASK) | EXPIRED;
  words[at + Row.SYMBOL_CODE] = (words[at + Row.SYMBOL_CODE]! & 0xffff) | (code << 16);
  doubles[doublesAt + Row.UPDATED_SEQUENCE] = clock[SEQUENCE]!;
  doubles[doublesAt + Row.UPDATED_TIME] = clock[TIME]!;
  const remaining = doubles[doublesAt + Row.REMAINING]!;
  core.events.push(EventType.Ended, slot, -1, doubles[doublesAt + Row.PRICE]!, remaining, code);
  forget(core, slot);
}

function refuseTriggered(core: CoreState, slot: number, code: Code): void {
  rejectRow(core, slot, code);
  forget(core, slot);
}

/** Whether an order of a type and time in force can stand in the book. */
export function mayRest(type: OrderType, timeInForce: TimeInForce): boolean {
  return type === OrderType.Limit && timeInForce !== TimeInForce.Ioc && timeInForce !== TimeInForce.Fok;
}
