import { Code } from "../../engine/core/codes.ts";
import type { Command, OrderRequest } from "../../engine/core/command.ts";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "../../engine/core/terms.ts";
import {
  checkConflicts,
  checkFilters,
  checkListPrices,
  isImmediate,
  statusCode,
  stopHolds,
  wouldMatch,
} from "./naive-checks.ts";
import { idOf, type NaiveOrder, type NaiveSymbol, NO_ID } from "./naive-order.ts";

/** What an entry is judged against. */
export interface EntryContext {
  readonly market: NaiveSymbol;
  readonly reference: bigint;
  readonly isSideFull: (side: Side, more: bigint) => boolean;
  readonly timeMs: number;
  readonly userId: string;
  readonly disabled: boolean;
}

/** No id, no owner, or a value outside its enumeration: no order can be kept. */
export function isMalformedOrder(command: Command, request: OrderRequest): boolean {
  const oneOf = (value: number, values: Readonly<Record<string, number>>): boolean =>
    Object.values(values).includes(value);
  return (
    command.userId === "" ||
    idOf(request.id) === NO_ID ||
    !oneOf(request.side, Side) ||
    !oneOf(request.type, OrderType) ||
    !oneOf(request.timeInForce, TimeInForce) ||
    !oneOf(request.selfTradePrevention, SelfTradePrevention)
  );
}

/** A list is a limit that can rest and a stop, of one side and one quantity. */
export function isMalformedList(command: Command): boolean {
  const { order, stopLeg } = command;
  return (
    isMalformedOrder(command, order) ||
    isMalformedOrder(command, stopLeg) ||
    idOf(command.id) === NO_ID ||
    order.type !== OrderType.Limit ||
    isImmediate(order.timeInForce) ||
    (stopLeg.type !== OrderType.Stop && stopLeg.type !== OrderType.StopLimit) ||
    order.side !== stopLeg.side ||
    order.quantity !== stopLeg.quantity
  );
}

/**
 * Everything between the symbol's status and matching: one order, or a list's limit leg and stop leg.
 * `others` are the live orders that count: all, or all but the one that is replaced.
 */
export function checkEntry(
  legs: readonly OrderRequest[],
  others: readonly NaiveOrder[],
  context: EntryContext,
): Code {
  const [limitLeg, stopLeg] = legs;
  for (const leg of legs) {
    const code = checkOrder(leg, legs, others, context);
    if (code !== Code.NONE) return code;
  }
  if (limitLeg === undefined || stopLeg === undefined) return Code.NONE;
  const { clientOrderId } = limitLeg;
  if (clientOrderId !== "" && clientOrderId === stopLeg.clientOrderId) return Code.DUPLICATE_CLIENT_ORDER_ID;
  const prices = checkListPrices(limitLeg, stopLeg, context.market.last);
  if (prices !== Code.NONE) return prices;
  const matches = wouldMatch(others, context.market.spec.symbol, limitLeg.side, BigInt(limitLeg.price));
  return matches ? Code.LIST_WOULD_MATCH : Code.NONE;
}

function checkOrder(
  leg: OrderRequest,
  legs: readonly OrderRequest[],
  others: readonly NaiveOrder[],
  context: EntryContext,
): Code {
  const { market, userId } = context;
  const { spec } = market;
  const mine = others.filter((order) => order.userId === userId && order.symbol === spec.symbol);
  const rests = leg.type === OrderType.Limit && !isImmediate(leg.timeInForce);
  const stops = leg.type === OrderType.Stop || leg.type === OrderType.StopLimit;
  const waits = stops || leg.type === OrderType.TrailingStop;
  const isNewName = !mine.some((order) => order.clientOrderId === leg.clientOrderId);
  const stages: readonly (readonly [Code, () => boolean])[] = [
    [Code.DUPLICATE_CLIENT_ORDER_ID, () => leg.clientOrderId !== "" && !isNewName],
    [Code.USER_DISABLED, () => context.disabled],
    [
      Code.TOO_MANY_OPEN_ORDERS,
      () => (rests || waits) && spec.maxOpenOrders > 0 && mine.length + legs.length > spec.maxOpenOrders,
    ],
    [Code.AMOUNT_OUT_OF_RANGE, () => rests && context.isSideFull(leg.side, BigInt(leg.quantity))],
    [
      Code.STOP_WOULD_TRIGGER,
      () => stops && legs.length === 1 && stopHolds(leg.side, BigInt(leg.stopPrice), market.last),
    ],
    [
      Code.POST_ONLY_WOULD_CROSS,
      () =>
        leg.postOnly &&
        leg.type === OrderType.Limit &&
        wouldMatch(others, spec.symbol, leg.side, BigInt(leg.price)),
    ],
  ];
  const alone = [
    () => statusCode(market.status),
    () => checkFilters(spec, leg, context.reference),
    () => checkConflicts(leg, context.timeMs),
  ];
  for (const check of alone) {
    const code = check();
    if (code !== Code.NONE) return code;
  }
  return stages.find(([, fails]) => fails())?.[0] ?? Code.NONE;
}
