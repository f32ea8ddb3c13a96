import type {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../engine/core/terms.ts";
import {
  orderSideEnum,
  orderStatusEnum,
  orderTypeEnum,
  selfTradePreventionEnum,
  symbolStatusEnum,
  timeInForceEnum,
} from "./schema/enums.ts";

/*
 * The database's labels back to the core's numbers: a label's number is its place (`schema/enums.ts`).
 */

export const sideOf = numberOf<Side>(orderSideEnum.enumValues);
export const orderTypeOf = numberOf<OrderType>(orderTypeEnum.enumValues);
export const orderStatusOf = numberOf<OrderStatus>(orderStatusEnum.enumValues);
export const timeInForceOf = numberOf<TimeInForce>(timeInForceEnum.enumValues);
export const selfTradePreventionOf = numberOf<SelfTradePrevention>(selfTradePreventionEnum.enumValues);
export const symbolStatusOf = numberOf<SymbolStatus>(symbolStatusEnum.enumValues);

/** `labelOf(orderStatusEnum.enumValues, 1)` is OPEN. */
export function labelOf(labels: readonly string[], number: number): string {
  const label = labels[number];
  if (label === undefined) throw new RangeError(`no label for ${number}`);
  return label;
}

function numberOf<T extends number>(labels: readonly string[]): (label: string) => T {
  const numbers = new Map(labels.map((label, number) => [label, number as T]));
  return (label) => {
    const number = numbers.get(label);
    if (number === undefined) throw new RangeError(`no number for ${label}`);
    return number;
  };
}
