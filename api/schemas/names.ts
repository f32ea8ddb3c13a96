import {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";

/** The field's words as they stand in JSON, and the numbers that they are inside. */

export const SIDES = { BUY: Side.Buy, SELL: Side.Sell } as const;

export const ORDER_TYPES = {
  LIMIT: OrderType.Limit,
  MARKET: OrderType.Market,
  STOP: OrderType.Stop,
  STOP_LIMIT: OrderType.StopLimit,
  TRAILING_STOP: OrderType.TrailingStop,
} as const;

export const TIMES_IN_FORCE = {
  GTC: TimeInForce.Gtc,
  IOC: TimeInForce.Ioc,
  FOK: TimeInForce.Fok,
  DAY: TimeInForce.Day,
  GTD: TimeInForce.Gtd,
} as const;

export const SELF_TRADE_PREVENTIONS = {
  EXPIRE_TAKER: SelfTradePrevention.ExpireTaker,
  EXPIRE_MAKER: SelfTradePrevention.ExpireMaker,
  EXPIRE_BOTH: SelfTradePrevention.ExpireBoth,
  DECREMENT: SelfTradePrevention.Decrement,
  NONE: SelfTradePrevention.None,
} as const;

export const ORDER_STATUSES = {
  PENDING: OrderStatus.Pending,
  OPEN: OrderStatus.Open,
  PARTIALLY_FILLED: OrderStatus.PartiallyFilled,
  FILLED: OrderStatus.Filled,
  CANCELLED: OrderStatus.Cancelled,
  REJECTED: OrderStatus.Rejected,
  EXPIRED: OrderStatus.Expired,
} as const;

export const SYMBOL_STATUSES = {
  ACTIVE: SymbolStatus.Active,
  HALTED: SymbolStatus.Halted,
  MAINTENANCE: SymbolStatus.Maintenance,
  DELISTED: SymbolStatus.Delisted,
} as const;

/** The names of such a table, for a schema. */
export function namesOf<T extends object>(table: T): [keyof T & string, ...(keyof T & string)[]] {
  return Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];
}

/** Number → name; a number without a name is a broken invariant and throws. */
function reader<T extends Record<string, number>>(table: T): (value: number) => keyof T & string {
  const names = new Map(Object.entries(table).map(([name, value]) => [value, name]));
  return (value) => {
    const name = names.get(value);
    if (name === undefined) throw new RangeError(`no name for ${value}`);
    return name;
  };
}

export const sideName = reader(SIDES);
export const orderTypeName = reader(ORDER_TYPES);
export const timeInForceName = reader(TIMES_IN_FORCE);
export const selfTradePreventionName = reader(SELF_TRADE_PREVENTIONS);
export const orderStatusName = reader(ORDER_STATUSES);
export const symbolStatusName = reader(SYMBOL_STATUSES);
