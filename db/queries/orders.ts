/*
 * An order lives in `open_orders` and, once it has ended, in `orders` with a final status: so every
 * question takes the living from the one and the ended from the other, and each order comes once. (A
 * living order's row in `orders` shows it as it came in.)
 */

const COLUMNS = `
  order_id, created_at, updated_at, sequence, user_id, client_order_id, list_id, symbol, side, type, time_in_force,
  self_trade_prevention, status, post_only, reason_code, trailing_delta, price, quantity, filled_quantity,
  filled_quote, prevented_quantity, quote_quantity, display_quantity, stop_price, trailing_amount, activation_price,
  triggered_at, expire_at`;

const ENDED = "status in ('FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED')";

/** By id and the time inside it (milliseconds, as all times are given): one partition. */
export const ORDER_BY_ID = `
  select ${COLUMNS} from open_orders where order_id = $1
  union all
  select ${COLUMNS} from orders where order_id = $1 and created_at = moment_of($2) and ${ENDED}`;

/**
 * The newest with a client order id, created since $4 and before $5 (in a while from now: what is further ahead has
 * partitions, but no orders): the living one if there is one.
 */
export const ORDER_BY_CLIENT_ID = `
  select * from (
    select ${COLUMNS} from open_orders
    where user_id = $1 and symbol = $2 and client_order_id = $3
    union all (
      select ${COLUMNS} from orders
      where user_id = $1 and symbol = $2 and client_order_id = $3 and created_at >= moment_of($4) and created_at < moment_of($5)
        and ${ENDED}
      order by created_at desc limit 1
    )
  ) as found
  order by created_at desc, order_id desc limit 1`;

/** Legs of a list, limit leg first; $2 and $3 bound when they were created. */
export const ORDERS_OF_LIST = `
  select ${COLUMNS} from open_orders where list_id = $1
  union all
  select ${COLUMNS} from orders where list_id = $1 and created_at >= moment_of($2) and created_at < moment_of($3) and ${ENDED}
  order by type, order_id`;

/**
 * A user's orders, newest first: $2 and $3 the window, $4 and $5 the place that the last page ended at
 * (or the window's end), $6 and $7 symbol and side or null, $8 and $9 the statuses alive and ended.
 */
export const ORDERS_OF_USER = `
  (
    select ${COLUMNS} from open_orders
    where user_id = $1 and created_at >= moment_of($2) and created_at < moment_of($3) and (created_at, order_id) < (moment_of($4), $5)
      and ($6::text is null or symbol = $6) and ($7::order_side_enum is null or side = $7)
      and status = any ($8::order_status_enum[])
    order by created_at desc, order_id desc limit $10
  ) union all (
    select ${COLUMNS} from orders
    where user_id = $1 and created_at >= moment_of($2) and created_at < moment_of($3) and (created_at, order_id) < (moment_of($4), $5)
      and ($6::text is null or symbol = $6) and ($7::order_side_enum is null or side = $7)
      and status = any ($9::order_status_enum[])
    order by created_at desc, order_id desc limit $10
  )
  order by created_at desc, order_id desc limit $10`;

export interface OrderRow {
  readonly order_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly sequence: string;
  readonly user_id: string;
  readonly client_order_id: string | null;
  readonly list_id: string | null;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly time_in_force: string;
  readonly self_trade_prevention: string;
  readonly status: string;
  readonly post_only: boolean;
  readonly reason_code: number | null;
  readonly trailing_delta: number | null;
  readonly price: string | null;
  readonly quantity: string | null;
  readonly filled_quantity: string;
  readonly filled_quote: string;
  readonly prevented_quantity: string;
  readonly quote_quantity: string | null;
  readonly display_quantity: string | null;
  readonly stop_price: string | null;
  readonly trailing_amount: string | null;
  readonly activation_price: string | null;
  readonly triggered_at: Date | null;
  readonly expire_at: Date | null;
}
