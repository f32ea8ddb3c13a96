import { Code } from "../../engine/core/codes.ts";
import type { Command, OrderRequest } from "../../engine/core/command.ts";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "../../engine/core/terms.ts";
import {
  checkConflicts,
  checkFilters,
  checkListPrices,
  statusCode,
  stopHolds,
  wouldMatch,
} from "./naive-checks.ts";
import { idOf, type NaiveOrder, type NaiveSymbol, NO_ID } from "./naive-order.ts";

/** What an entry is judged against. */
export interface EntryContext {
  readonly market: NaiveSymbol;
  readonly reference: bigint;
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
    order.timeInForce === TimeInForce.Ioc ||
    order.timeInForce === TimeInForce.Fok ||
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
  const { market, userId } = context;
  const mine = others.filter((order) => order.userId === userId && order.symbol === market.spec.symbol);
  const [limitLeg, stopLeg] = legs;
  const isList = limitLeg !== undefined && stopLeg !== undefined;

  const stages: (() => Code)[] = [
    () => statusCode(market.status),
    ...legs.map((leg) => () => checkFilters(market.spec, leg, context.reference)),
    ...legs.map((leg) => () => checkConflicts(leg, context.timeMs)),
    () => (isList ? checkListPrices(limitLeg, stopLeg, market.last) : Code.NONE),
    ...legs.map((leg) => () => {
      const taken = mine.some((order) => order.clientOrderId === leg.clientOrderId);
      return leg.clientOrderId !== "" && taken ? Code.DUPLICATE_CLIENT_ORDER_ID : Code.NONE;
    }),
    () => {
      const same =
        isList && limitLeg.clientOrderId !== "" && limitLeg.clientOrderId === stopLeg.clientOrderId;
      return same ? Code.DUPLICATE_CLIENT_ORDER_ID : Code.NONE;
    },
    () => (context.disabled ? Code.USER_DISABLED : Code.NONE),
    () => {
      const most = market.spec.maxOpenOrders;
      return most > 0 && mine.length + legs.length > most ? Code.TOO_MANY_OPEN_ORDERS : Code.NONE;
    },
    ...legs.map((leg) => () => checkAgainstMarket(leg, others, market, isList)),
  ];
  for (const stage of stages) {
    const code = stage();
    if (code !== Code.NONE) return code;
  }
  return Code.NONE;
}

/** postOnly, a stop whose condition already holds, a limit leg that would match. */
function checkAgainstMarket(
  leg: OrderRequest,
  others: readonly NaiveOrder[],
  market: NaiveSymbol,
  isList: boolean,
): Code {
  if (leg.type === OrderType.Limit) {
    const matches = wouldMatch(others, market.spec.symbol, leg.side, BigInt(leg.price));
    if (matches && leg.postOnly) return Code.POST_ONLY_WOULD_CROSS;
    if (matches && isList) return Code.LIST_WOULD_MATCH;
  }
  if (leg.type === OrderType.Stop || leg.type === OrderType.StopLimit) {
    if (stopHolds(leg.side, BigInt(leg.stopPrice), market.last)) return Code.STOP_WOULD_TRIGGER;
  }
  return Code.NONE;
}
