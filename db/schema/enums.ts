import { pgEnum } from "drizzle-orm/pg-core";

/*
 * The labels stand in the order of the numbers of `engine/core/terms.ts`: `commit_batch()` turns a
 * number into a label by its place. A new label goes to the end, as a new number does. A test
 * compares the two.
 */

export const orderSideEnum = pgEnum("order_side_enum", ["BUY", "SELL"]);

export const orderTypeEnum = pgEnum("order_type_enum", [
  "LIMIT",
  "MARKET",
  "STOP",
  "STOP_LIMIT",
  "TRAILING_STOP",
]);

export const orderStatusEnum = pgEnum("order_status_enum", [
  "PENDING",
  "OPEN",
  "PARTIALLY_FILLED",
  "FILLED",
  "CANCELLED",
  "REJECTED",
  "EXPIRED",
]);

export const timeInForceEnum = pgEnum("time_in_force_enum", ["GTC", "IOC", "FOK", "DAY", "GTD"]);

export const selfTradePreventionEnum = pgEnum("self_trade_prevention_enum", [
  "EXPIRE_TAKER",
  "EXPIRE_MAKER",
  "EXPIRE_BOTH",
  "DECREMENT",
  "NONE",
]);

export const symbolStatusEnum = pgEnum("symbol_status_enum", ["ACTIVE", "HALTED", "MAINTENANCE", "DELISTED"]);
