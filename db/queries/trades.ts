const COLUMNS = `
  trade_id, executed_at, sequence, symbol, buy_order_id, sell_order_id, buyer_user_id, seller_user_id, taker_side,
  price, quantity`;

const IN_WINDOW =
  "executed_at >= moment_of($2) and executed_at < moment_of($3) and (executed_at, trade_id) < (moment_of($4), $5)";
const NEWEST_FIRST = "order by executed_at desc, trade_id desc limit $7";

/**
 * A user's trades, newest first: $2 and $3 the window (milliseconds), $4 and $5 the place that the last page ended
 * at (or the window's end), $6 the symbol or null. A trade with oneself comes once.
 */
export const TRADES_OF_USER = `
  (
    select ${COLUMNS} from trades
    where buyer_user_id = $1 and ${IN_WINDOW} and ($6::text is null or symbol = $6) ${NEWEST_FIRST}
  ) union all (
    select ${COLUMNS} from trades
    where seller_user_id = $1 and buyer_user_id <> $1 and ${IN_WINDOW} and ($6::text is null or symbol = $6)
    ${NEWEST_FIRST}
  )
  ${NEWEST_FIRST}`;

/** As above, of one of the user's orders ($6). */
export const TRADES_OF_ORDER = `
  (
    select ${COLUMNS} from trades
    where buy_order_id = $6 and buyer_user_id = $1 and ${IN_WINDOW} ${NEWEST_FIRST}
  ) union all (
    select ${COLUMNS} from trades
    where sell_order_id = $6 and seller_user_id = $1 and ${IN_WINDOW} ${NEWEST_FIRST}
  )
  ${NEWEST_FIRST}`;

/** Everybody's trades of a symbol in a window, newest first. */
export const TRADES_OF_SYMBOL = `
  select ${COLUMNS} from trades
  where symbol = $1 and executed_at >= moment_of($2) and executed_at < moment_of($3)
  order by executed_at desc, trade_id desc limit $4`;

export interface TradeRow {
  readonly trade_id: string;
  readonly executed_at: Date;
  readonly sequence: string;
  readonly symbol: string;
  readonly buy_order_id: string;
  readonly sell_order_id: string;
  readonly buyer_user_id: string;
  readonly seller_user_id: string;
  readonly taker_side: string;
  readonly price: string;
  readonly quantity: string;
}
