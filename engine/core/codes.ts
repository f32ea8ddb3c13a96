/**
 * Every refusal and every reason for an end, each with one stable number (wire, journal, snapshot)
 * and one stable public name. Numbers and names are never reused. `api/problem.ts` maps each name
 * to its one HTTP status.
 *
 * Groups by number: 1–99 refusals of a command, 100–199 reasons why an order ended.
 */
export const Code = {
  /** Not a refusal: the command did what it asked. */
  NONE: 0,

  // A command that is wrong in itself.
  MALFORMED_COMMAND: 1,
  INTERNAL_REFUSED: 2,
  COMMAND_FROM_THE_FUTURE: 3,
  COMMAND_TOO_OLD: 4,

  // Symbol.
  UNKNOWN_SYMBOL: 10,
  SYMBOL_HALTED: 11,
  SYMBOL_IN_MAINTENANCE: 12,
  SYMBOL_DELISTED: 13,
  SYMBOL_EXISTS: 14,
  INVALID_SYMBOL_DEFINITION: 15,

  // Filters, in their order of checking. Tick and lot are found at the edge, where decimals become
  // integers: a command in ticks and lots cannot be off them.
  PRICE_NOT_ON_TICK: 20,
  QUANTITY_NOT_ON_LOT: 21,
  PRICE_TOO_LOW: 22,
  PRICE_TOO_HIGH: 23,
  QUANTITY_TOO_SMALL: 24,
  QUANTITY_TOO_LARGE: 25,
  NOTIONAL_TOO_SMALL: 26,
  PRICE_OUTSIDE_BAND: 27,
  AMOUNT_OUT_OF_RANGE: 28,
  QUOTE_QUANTITY_NOT_ON_STEP: 29,

  // Conflicts between instructions.
  PRICE_REQUIRED: 40,
  PRICE_NOT_ALLOWED: 41,
  QUANTITY_REQUIRED: 42,
  QUOTE_QUANTITY_NOT_ALLOWED: 43,
  STOP_PRICE_REQUIRED: 44,
  STOP_PRICE_NOT_ALLOWED: 45,
  TRAILING_VALUE_REQUIRED: 46,
  TRAILING_VALUE_NOT_ALLOWED: 47,
  TRAILING_VALUE_INVALID: 48,
  TIME_IN_FORCE_NOT_ALLOWED: 49,
  POST_ONLY_NOT_ALLOWED: 50,
  DISPLAY_QUANTITY_NOT_ALLOWED: 51,
  DISPLAY_QUANTITY_INVALID: 52,
  EXPIRE_AT_REQUIRED: 53,
  EXPIRE_AT_NOT_ALLOWED: 54,
  EXPIRE_AT_IN_THE_PAST: 55,
  LIST_PRICES_INVALID: 56,
  AMEND_NOT_ALLOWED: 57,
  AMEND_EMPTY: 58,

  // State.
  DUPLICATE_ORDER_ID: 70,
  DUPLICATE_CLIENT_ORDER_ID: 71,
  TOO_MANY_OPEN_ORDERS: 72,
  USER_DISABLED: 73,
  POST_ONLY_WOULD_CROSS: 74,
  STOP_WOULD_TRIGGER: 75,
  LIST_WOULD_MATCH: 76,
  /** Unknown, somebody else's, or already final: the core does not tell them apart. */
  ORDER_NOT_OPEN: 77,
  LIST_NOT_OPEN: 78,
  /** The other half of a STOP_ON_FAILURE cancel-replace was refused. */
  REPLACE_STOPPED: 79,

  // Why an order ended (CANCELLED).
  CANCELLED_BY_USER: 100,
  CANCELLED_BY_KILL_SWITCH: 101,
  CANCELLED_ON_DISCONNECT: 102,
  CANCELLED_BY_DELISTING: 103,
  CANCELLED_BY_REPLACE: 104,
  CANCELLED_BY_AMEND: 105,
  CANCELLED_BY_ADMIN: 106,

  // Why an order ended (EXPIRED).
  EXPIRED_NO_LIQUIDITY: 120,
  EXPIRED_IMMEDIATE_OR_CANCEL: 121,
  EXPIRED_FILL_OR_KILL: 122,
  EXPIRED_DAY: 123,
  EXPIRED_GOOD_TILL_DATE: 124,
  EXPIRED_SELF_TRADE_PREVENTION: 125,
  EXPIRED_BY_LIST: 126,
  EXPIRED_PRICE_BAND: 127,
} as const;
export type Code = (typeof Code)[keyof typeof Code];
export type CodeName = keyof typeof Code;

const NAMES = new Map<number, CodeName>(Object.entries(Code).map(([name, code]) => [code, name as CodeName]));

/** The public name of a code; a number nobody gave is a broken invariant and throws. */
export function codeName(code: number): CodeName {
  const name = NAMES.get(code);
  if (name === undefined) throw new RangeError(`no such code: ${code}`);
  return name;
}
