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
 * FILLED needs no event of its own: it is the Trade that leaves nothing. (A MARKET order by quote is FILLED
 * when after a trade no further lot fits: its status says so. Where not even one lot fitted it is EXPIRED,
 * EXPIRED_NO_LIQUIDITY. An amend down to what is filled makes FILLED by its Amended event.)
 *
 * What the rules leave open, decided here for every implementation of them:
 *
 * **Checks of an order.** Malformed, DUPLICATE_ORDER_ID (of an open order, a replaced one's included), UNKNOWN_SYMBOL,
 * symbol status, filters and conflicts (check-order.ts), DUPLICATE_CLIENT_ORDER_ID, USER_DISABLED,
 * TOO_MANY_OPEN_ORDERS, AMOUNT_OUT_OF_RANGE (an order that may rest, and the open quantity on its side of the
 * book together above 2^53−1 lots), STOP_WOULD_TRIGGER, POST_ONLY_WOULD_CROSS, FOK. The first two are Refused
 * (there is no id to keep the order under); every later failure is Rejected. Limits count resting and
 * waiting orders; only an order that may rest (LIMIT but for IOC and FOK) or that waits is counted
 * against them, a list as two.
 *
 * **Events of a sweep.** Accepted, then maker by maker Trade, Prevented or Ended, then the end of the taker
 * if it has one. A maker ends at its place in the sweep. EXPIRE_BOTH and DECREMENT end the maker first, then
 * the taker. A FOK that is not feasible: Accepted, Ended. An order whose quantity is used up by Prevented
 * events is Ended (EXPIRED_SELF_TRADE_PREVENTION, quantity 0). A leg that ends, fills, is prevented or
 * triggers is at once followed by the Ended (EXPIRED_BY_LIST) of its sibling, after its own event.
 * A taker by quote meets an order only if a lot fits at its price; DECREMENT then takes its lots for
 * floor(quote left ÷ price). DECREMENT compares all that is left of both, hidden lots too. An amount that ran out at the book's end: EXPIRED_NO_LIQUIDITY for MARKET,
 * EXPIRED_IMMEDIATE_OR_CANCEL for LIMIT IOC, EXPIRED_PRICE_BAND where the band stopped it (an order stood
 * beyond the band, within the limit), EXPIRED_FILL_OR_KILL for FOK whatever the cause.
 *
 * **After a sweep**, trade by trade in their order: waiting orders that the trade's price activates
 * (Activated) or triggers (Triggered), by when they were placed, enter a queue. The queue's orders then
 * enter one by one: a trigger makes no Accepted; a refusal now is Rejected. Checks at that time: the
 * side's capacity, postOnly, FOK. What the trades of one entry trigger goes to the end of the queue. An order
 * that its sibling's end ended is gone. A triggered LIMIT sweeps to the band at most; its remainder rests
 * only at a price inside the band, else it is Ended (EXPIRED_PRICE_BAND). Conditional orders are not held
 * against the band when placed. Without a last trade no stop holds.
 *
 * **Trailing.** A trade first raises (sell) or lowers (buy) the extremes, then triggers; the trade that
 * activates an order only sets its extreme. Amending a trailing value keeps extreme and activation, is
 * STOP_WOULD_TRIGGER where it would hold at the last trade, and `activationPrice` only while not active
 * (AMEND_NOT_ALLOWED after).
 *
 * **Icebergs.** The order's visible part is min(displayQuantity, remaining). A trade with it takes at most
 * the visible part; at zero the next part goes to the back of its level (the sweep meets it again after
 * the others). Depth and level totals count what is visible.
 *
 * **Lists.** The legs have one side and one quantity, the limit leg is LIMIT (GTC, DAY, GTD), the stop leg
 * STOP or STOP_LIMIT: else MALFORMED_COMMAND. Each leg passes the checks of an order, limit leg first, then
 * LIST_PRICES_INVALID (without a last trade only limit against stop is looked at; it includes what would be
 * STOP_WOULD_TRIGGER), LIST_WOULD_MATCH. A list that fails is Rejected twice, limit leg, stop leg,
 * with the one code. Accepted: limit leg, stop leg. Cancelling a leg expires its sibling; a command that
 * names both (CancelList, CancelAll, kill switch, delisting) cancels both, limit leg first for CancelList.
 * A list is open while one of its legs is; CancelList of another, or of somebody else's: LIST_NOT_OPEN. A leg cannot be amended while its sibling is open (AMEND_NOT_ALLOWED).
 *
 * **Amend.** Checks: UNKNOWN_SYMBOL, symbol status, ORDER_NOT_OPEN, AMEND_EMPTY, AMEND_NOT_ALLOWED (a field that
 * the order's type does not have, a stop field after the trigger, a leg of a list), then filters, conflicts,
 * capacity, STOP_WOULD_TRIGGER, POST_ONLY_WOULD_CROSS on the order as it would be; a failure is Refused and
 * changes nothing. A given zero is PRICE_REQUIRED, STOP_PRICE_REQUIRED, TRAILING_VALUE_REQUIRED (delta, amount),
 * TRAILING_VALUE_INVALID (activation), DISPLAY_QUANTITY_INVALID, QUANTITY_REQUIRED (a reduction). Price filters and
 * band look at prices given; quantity filters at a new total that leaves something; notional where either is
 * given; a reduction passes the filters. A delta given takes the place of an amount and the reverse.
 * remaining = new total − filled − prevented. Above zero the order lives on. A new total that leaves exactly
 * nothing on an order with fills: Amended, and it is FILLED. Otherwise, and for every reduction that leaves
 * nothing or less: Amended, Ended (CANCELLED_BY_AMEND, quantity 0); its quantity is then filled + prevented.
 * A waiting order keeps its trigger's place whatever is amended. A resting order loses its place by another
 * price, a larger quantity, or a display quantity larger than before (none counts as largest); then it
 * is swept like a new one at its price: Amended, Trades. An amend that changes nothing: Amended, other 0.
 *
 * **Cancel-replace.** Malformed new order: Refused. Unknown symbol, symbol status: the new order Rejected, the old one
 * stays. Then the old one is looked for; not open: Refused (ORDER_NOT_OPEN), then with STOP_ON_FAILURE the
 * new one Rejected (REPLACE_STOPPED), with ALLOW_FAILURE the new one as if placed. STOP_ON_FAILURE checks the
 * new one as if the old one (and its sibling) were gone: if it fails, Rejected with its code and the old one stays;
 * else Ended of the old one (CANCELLED_BY_REPLACE), then the new one's events. ALLOW_FAILURE: Ended, then
 * the new one's events, Rejected among them.
 *
 * **Cancel all** goes by when the orders were placed. ExpireDue goes by due time, then by when they were
 * placed. Delisting, too, goes by when they were placed, a list's limit leg before its stop leg.
 * **Kill switch**: UserSwitched, then the Ended of every order, CANCELLED_BY_KILL_SWITCH.
 * **DefineSymbol** is Refused (SYMBOL_EXISTS) for a number or name that is taken; INVALID_SYMBOL_DEFINITION
 * when a bound is not sane. A status change away from DELISTED is Refused (SYMBOL_DELISTED).
 * CancelAll that finds nothing has no events.
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
