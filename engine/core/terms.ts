/**
 * The field's words as small stable integers. They go over the wire, into the journal and into
 * snapshots: a number once given is never given another meaning.
 */

export const Side = { Buy: 0, Sell: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export const OrderType = { Limit: 0, Market: 1, Stop: 2, StopLimit: 3, TrailingStop: 4 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

export const TimeInForce = { Gtc: 0, Ioc: 1, Fok: 2, Day: 3, Gtd: 4 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** Self-trade prevention: the taker's mode governs (semantics, "Instructions"). */
export const SelfTradePrevention = {
  ExpireTaker: 0,
  ExpireMaker: 1,
  ExpireBoth: 2,
  Decrement: 3,
  None: 4,
} as const;
export type SelfTradePrevention = (typeof SelfTradePrevention)[keyof typeof SelfTradePrevention];

/** Filled, Cancelled, Rejected and Expired are final. */
export const OrderStatus = {
  Pending: 0,
  Open: 1,
  PartiallyFilled: 2,
  Filled: 3,
  Cancelled: 4,
  Rejected: 5,
  Expired: 6,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

export const SymbolStatus = { Active: 0, Halted: 1, Maintenance: 2, Delisted: 3 } as const;
export type SymbolStatus = (typeof SymbolStatus)[keyof typeof SymbolStatus];

/** What a command asks for. */
export const CommandKind = {
  Place: 1,
  Cancel: 2,
  CancelAll: 3,
  Amend: 4,
  /** Cancel-replace: one command, the new order checked as if the old one were gone. */
  Replace: 5,
  /** OCO: a limit leg and a stop leg of one quantity. */
  PlaceList: 6,
  CancelList: 7,
  DefineSymbol: 8,
  SetSymbolStatus: 9,
  /** Cancel all of a user's orders and refuse new ones (or lift that). */
  KillSwitch: 10,
  /** The engine's own: end every DAY and GTD order due at the command's time. */
  ExpireDue: 11,
  /** The engine's own: something that could not be decoded or that made the engine fail. */
  Refusal: 12,
} as const;
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];
