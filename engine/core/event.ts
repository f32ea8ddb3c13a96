/**
 * What happened, in the order it happened. The core writes events into its reusable buffer; they
 * (and the order slots that they name) are valid until the next `apply`.
 *
 * | type | slot | other | price | quantity | code |
 * |---|---|---|---|---|---|
 * | Accepted | the order | | its limit, ticks (0: none) | its quantity, lots (0 when by quote) | |
 * | Rejected | the order (its slot holds what it asked for, status Rejected) | | | | why |
 * | Trade | maker | taker | the maker's price | lots | |
 * | Ended | the order | | its price | lots that were left | why: CANCELLED_… or EXPIRED_… |
 * | Amended | the order | 1 if it lost its place, else 0 | the price it had | the quantity it had | |
 * | Triggered | the order | | last price that did it | | |
 * | Activated | the trailing stop | | the first extreme | | |
 * | Prevented | maker | taker | the level | lots taken off each by DECREMENT | |
 * | Refused | −1 | | | | why the command did nothing |
 * | SymbolDefined, SymbolStatusChanged | −1 | symbol | | the status | |
 * | UserSwitched | −1 | user slot | | 1 disabled, 0 enabled | |
 *
 * FILLED needs no event of its own: it is the Trade that leaves nothing.
 *
 * The order of events within a command, and every decision that the semantics leave open, are numbered in
 * tests/model/README.md.
 */
export const EventType = {
  Accepted: 1,
  Rejected: 2,
  Trade: 3,
  Ended: 4,
  Amended: 5,
  Triggered: 6,
  Activated: 7,
  Prevented: 8,
  Refused: 9,
  SymbolDefined: 10,
  SymbolStatusChanged: 11,
  UserSwitched: 12,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];
