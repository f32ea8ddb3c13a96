import { cancelsRefused, reasonOf } from "./cancel-orders.ts";
import { isWellFormed } from "./check-order.ts";
import { Code } from "./codes.ts";
import type { Command, IdWords, OrderRequest } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { createOrder, extrasOf, rejectRow } from "./create-order.ts";
import { detachSibling, endOrder, forget } from "./end-order.ts";
import { mayRest, open, rest, wouldCross } from "./enter.ts";
import { EventType } from "./event.ts";
import { ExtraWord } from "./order-extras.ts";
import * as Row from "./order-row.ts";
import { checkRules, crossesWithout, isOpenId } from "./place-order.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderType, Side } from "./terms.ts";
import { wait } from "./triggers.ts";

/** PlaceList: both legs of an OCO, or two rejections with one code. */
export function placeList(core: CoreState, command: Command): void {
  const { order: limit, stopLeg: stop } = command;
  if (!isListWellFormed(command)) {
    core.refuse(Code.MALFORMED_COMMAND);
    return;
  }
  if (isOpenId(core, limit.id) || isOpenId(core, stop.id) || isSameId(limit.id, stop.id)) {
    core.refuse(Code.DUPLICATE_ORDER_ID);
    return;
  }
  const user = core.users.intern(command.userId);
  const symbol = core.symbols.get(command.symbol);
  symbol?.fixBand();
  const code = symbol === undefined ? Code.UNKNOWN_SYMBOL : checkList(core, symbol, limit, stop, user);
  const limitSlot = createOrder(core, limit, command.symbol, user, symbol?.spec);
  const stopSlot = createOrder(core, stop, command.symbol, user, symbol?.spec);
  linkToList(core, limitSlot, command.id, false);
  linkToList(core, stopSlot, command.id, true);
  if (symbol === undefined || code !== Code.NONE) {
    rejectRow(core, limitSlot, code);
    rejectRow(core, stopSlot, code);
    forget(core, limitSlot);
    forget(core, stopSlot);
    return;
  }
  core.events.push(EventType.Accepted, limitSlot, -1, limit.price, limit.quantity, 0);
  core.events.push(EventType.Accepted, stopSlot, -1, stop.price, stop.quantity, 0);
  rest(core, symbol, limitSlot);
  open(core, symbol, stopSlot);
  wait(core, symbol, stopSlot);
  core.lists.insert(limitSlot);
  core.lists.insert(stopSlot);
  pairLegs(core, limitSlot, stopSlot);
}

/** CancelList: what is open of both legs, the limit leg first. */
export function cancelList(core: CoreState, command: Command): void {
  const closed = cancelsRefused(core, command.symbol);
  if (closed !== Code.NONE) {
    core.refuse(closed);
    return;
  }
  const legs = [core.lists.find(command.target, false), core.lists.find(command.target, true)].filter(
    (leg) => leg >= 0 && isTheirs(core, leg, command),
  );
  if (legs.length === 0) core.refuse(Code.LIST_NOT_OPEN);
  const code = reasonOf(command);
  for (const leg of legs) {
    detachSibling(core, leg);
    endOrder(core, leg, code);
  }
}

function isTheirs(core: CoreState, leg: number, command: Command): boolean {
  const { orders } = core;
  if (orders.symbol(leg) !== command.symbol) return false;
  return command.byAdmin || orders.userSlot(leg) === core.users.lookUp(command.userId);
}

/** Ties two open legs together: what ends one ends the other. */
export function pairLegs(core: CoreState, limit: number, stop: number): void {
  const { orders, extras } = core;
  extras.setWord(orders.extras(limit), ExtraWord.Sibling, stop);
  extras.setWord(orders.extras(stop), ExtraWord.Sibling, limit);
  orders.changeBits(limit, Row.HAS_SIBLING, 0);
  orders.changeBits(stop, Row.HAS_SIBLING, 0);
}

function linkToList(core: CoreState, slot: number, list: IdWords, isStopLeg: boolean): void {
  const row = extrasOf(core, slot);
  core.extras.setWord(row, ExtraWord.ListId, list.a);
  core.extras.setWord(row, ExtraWord.ListId + 1, list.b);
  core.extras.setWord(row, ExtraWord.ListId + 2, list.c);
  core.extras.setWord(row, ExtraWord.ListId + 3, list.d);
  core.orders.changeBits(slot, Row.IS_LEG | (isStopLeg ? Row.IS_STOP_LEG : 0), 0);
}

function checkList(
  core: CoreState,
  symbol: SymbolState,
  limit: OrderRequest,
  stop: OrderRequest,
  user: number,
): Code {
  const limitCode = checkRules(core, symbol, limit, user, 2, -1);
  if (limitCode !== Code.NONE) return limitCode;
  if (limit.postOnly && crossesWithout(core, symbol, limit, -1)) return Code.POST_ONLY_WOULD_CROSS;
  const stopCode = checkRules(core, symbol, stop, user, 2, -1);
  if (stopCode !== Code.NONE) return stopCode;
  const sameName = limit.clientOrderId !== "" && limit.clientOrderId === stop.clientOrderId;
  if (sameName) return Code.DUPLICATE_CLIENT_ORDER_ID;
  if (!areListPricesInOrder(limit, stop, symbol.lastTrade)) return Code.LIST_PRICES_INVALID;
  return wouldCross(core, symbol, limit.side, limit.price) ? Code.LIST_WOULD_MATCH : Code.NONE;
}

/** Sell: limit > last > stop; buy: limit < last < stop; without a last trade the legs alone. */
function areListPricesInOrder(limit: OrderRequest, stop: OrderRequest, last: number): boolean {
  const high = limit.side === Side.Sell ? limit.price : stop.stopPrice;
  const low = limit.side === Side.Sell ? stop.stopPrice : limit.price;
  return last === 0 ? high > low : high > last && last > low;
}

function isListWellFormed(command: Command): boolean {
  const { order: limit, stopLeg: stop, id } = command;
  const hasId = id.a !== 0 || id.b !== 0 || id.c !== 0 || id.d !== 0;
  const stops = stop.type === OrderType.Stop || stop.type === OrderType.StopLimit;
  return (
    isWellFormed(limit) &&
    isWellFormed(stop) &&
    hasId &&
    command.userId !== "" &&
    mayRest(limit.type, limit.timeInForce) &&
    stops &&
    limit.side === stop.side &&
    limit.quantity === stop.quantity
  );
}

function isSameId(left: IdWords, right: IdWords): boolean {
  return left.a === right.a && left.b === right.b && left.c === right.c && left.d === right.d;
}
