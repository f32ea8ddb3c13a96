import { checkConflicts, checkFilters, isPlainlyFine, isWellFormed, statusCode } from "./check-order.ts";
import { Code } from "./codes.ts";
import type { IdWords, OrderRequest } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { TIME } from "./core-state.ts";
import { createOrder, rejectNew } from "./create-order.ts";
import { enterLimit, enterMarket, isSideFull, mayRest, open, wouldCross } from "./enter.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { ExtraWord } from "./order-extras.ts";
import { idHash } from "./order-index.ts";
import * as Row from "./order-row.ts";
import { isPlainResting, restPlain } from "./plain-order.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderType, Side } from "./terms.ts";
import { settleTrades, wait, wouldTrigger } from "./triggers.ts";

/** Place: checks, then Accepted and what follows, or Rejected. */
export function placeOrder(core: CoreState, order: OrderRequest, symbolNumber: number, userId: string): void {
  if (!isWellFormed(order) || userId === "") {
    core.refuse(Code.MALFORMED_COMMAND);
    return;
  }
  if (isOpenId(core, order.id)) {
    core.refuse(Code.DUPLICATE_ORDER_ID);
    return;
  }
  const user = core.users.intern(userId);
  const symbol = core.symbols.get(symbolNumber);
  if (symbol === undefined) {
    rejectNew(core, order, symbolNumber, user, undefined, Code.UNKNOWN_SYMBOL);
    return;
  }
  symbol.fixBand();
  const code = checkNew(core, symbol, order, user, 1, -1);
  if (code !== Code.NONE) rejectNew(core, order, symbolNumber, user, symbol.spec, code);
  else accept(core, symbol, order, user);
}

/** Every check of a well-formed order, in order; arguments as of {@link checkRules}. */
export function checkNew(
  core: CoreState,
  symbol: SymbolState,
  order: OrderRequest,
  user: number,
  adding: number,
  leaving: number,
): Code {
  const code = checkRules(core, symbol, order, user, adding, leaving);
  if (code !== Code.NONE) return code;
  const { type, side } = order;
  const stops = type === OrderType.Stop || type === OrderType.StopLimit;
  if (stops && wouldTrigger(symbol, side, order.stopPrice)) return Code.STOP_WOULD_TRIGGER;
  const crosses = order.postOnly && type === OrderType.Limit && crossesWithout(core, symbol, order, leaving);
  return crosses ? Code.POST_ONLY_WOULD_CROSS : Code.NONE;
}

/**
 * The checks up to the limits of the user and the book. `adding` is how many orders the command adds; `leaving` an
 * open order of the user's that is to be counted as gone (−1: none).
 */
export function checkRules(
  core: CoreState,
  symbol: SymbolState,
  order: OrderRequest,
  user: number,
  adding: number,
  leaving: number,
): Code {
  const { spec } = symbol;
  const status = statusCode(spec.status);
  if (status !== Code.NONE) return status;
  if (!isPlainlyFine(order, spec, symbol.bandLow, symbol.bandHigh)) {
    const filter = checkFilters(order, spec, symbol.bandLow, symbol.bandHigh);
    if (filter !== Code.NONE) return filter;
    const conflict = checkConflicts(order, core.clock[TIME]!);
    if (conflict !== Code.NONE) return conflict;
  }
  const { type, side } = order;
  if (order.clientOrderId !== "") {
    const other = core.clientIds.find(user, symbol.number, order.clientOrderId);
    if (other >= 0 && !isLeaving(core, other, leaving)) return Code.DUPLICATE_CLIENT_ORDER_ID;
  }
  if (core.users.isDisabled(user)) return Code.USER_DISABLED;
  const rests = mayRest(type, order.timeInForce);
  const waits = type !== OrderType.Limit && type !== OrderType.Market;
  if (symbol.limited && (rests || waits)) {
    const gone = leaving < 0 ? 0 : (core.orders.bits(leaving) & Row.HAS_SIBLING) !== 0 ? 2 : 1;
    if (core.counts.get(user, symbol.number) - gone + adding > spec.maxOpenOrders) {
      return Code.TOO_MANY_OPEN_ORDERS;
    }
  }
  if (rests) {
    const freed =
      leaving < 0 ? 0 : lotsInBook(core, leaving, side) + lotsInBook(core, siblingOf(core, leaving), side);
    if (isSideFull(core, symbol, side, order.quantity - freed)) return Code.AMOUNT_OUT_OF_RANGE;
  }
  return Code.NONE;
}

/**
 * Whether an open order has this id: a new one under it is Refused, not Rejected, since the record kept by
 * that id is the open order's.
 */
export function isOpenId(core: CoreState, id: IdWords): boolean {
  return core.index.find(idHash(id), id) >= 0;
}

/** An order that passed its checks: Accepted, then the book, or the wait for its trigger. */
export function accept(core: CoreState, symbol: SymbolState, order: OrderRequest, user: number): void {
  if (isPlainResting(symbol, order) && !wouldCross(core, symbol, order.side, order.price)) {
    restPlain(core, symbol, order, user, idHash(order.id));
    return;
  }
  const slot = createOrder(core, order, symbol.number, user, symbol.spec);
  const { events } = core;
  const first = events.count;
  events.push(EventType.Accepted, slot, -1, order.price, order.quantity, 0);
  if (order.type === OrderType.Limit) enterLimit(core, symbol, slot);
  else if (order.type === OrderType.Market) enterMarket(core, symbol, slot);
  else {
    open(core, symbol, slot);
    wait(core, symbol, slot);
  }
  if (events.count > first + 1) settleTrades(core, symbol, first + 1);
}

/** Whether a limit would match, an order that is leaving not counted. */
export function crossesWithout(
  core: CoreState,
  symbol: SymbolState,
  order: OrderRequest,
  leaving: number,
): boolean {
  if (!wouldCross(core, symbol, order.side, order.price)) return false;
  if (leaving < 0) return true;
  const { levels, orders } = core;
  // At most the leaving order and its sibling are passed over, so this looks at three orders at most.
  let level = levels.best(symbol.sideOf(order.side === Side.Buy ? Side.Sell : Side.Buy));
  while (level >= 0 && isReached(order, levels.price(level))) {
    let maker = levels.word(level, Level.HEAD);
    while (maker >= 0) {
      if (!isLeaving(core, maker, leaving)) return true;
      maker = orders.link(maker, Row.NEXT);
    }
    level = levels.worse(level);
  }
  return false;
}

function isReached(order: OrderRequest, price: number): boolean {
  return order.side === Side.Buy ? price <= order.price : price >= order.price;
}

/** The other leg of its list while both are open, or −1. */
function siblingOf(core: CoreState, slot: number): number {
  const { orders } = core;
  const has = (orders.bits(slot) & Row.HAS_SIBLING) !== 0;
  return has ? core.extras.word(orders.extras(slot), ExtraWord.Sibling) : -1;
}

function isLeaving(core: CoreState, slot: number, leaving: number): boolean {
  return leaving >= 0 && (slot === leaving || slot === siblingOf(core, leaving));
}

function lotsInBook(core: CoreState, slot: number, side: Side): number {
  const { orders } = core;
  const isThere = slot >= 0 && orders.place(slot) === Row.Place.Book && orders.side(slot) === side;
  return isThere ? orders.remaining(slot) : 0;
}
