import type { FindingKind, Findings } from "./findings.ts";
import type { RecordsView } from "./records-view.ts";
import { GROUPS_OF_JOURNAL_ONLY } from "./statements.ts";

/*
 * What must hold among the tables themselves, whatever the journal says: quantities are conserved, every
 * order is in the right place once, every trade has its two sides.
 */

const TOLD = 20;
const LIVE = "('PENDING', 'OPEN', 'PARTIALLY_FILLED')";

interface SelfCheck {
  readonly kind: FindingKind;
  /**
   * One row a fault: `said`, in words. $1: the one symbol or null; $2: orders made before may have lost
   * trades to retention, and trades of orders before may have lost the order.
   */
  readonly statement: string;
}

const CHECKS: readonly SelfCheck[] = [
  {
    kind: "conservation",
    statement: `
      with sides as (
        select buy_order_id as order_id, symbol, quantity, price * quantity as quote from trades
        where $1::text is null or symbol = $1
        union all
        select sell_order_id, symbol, quantity, price * quantity from trades where $1::text is null or symbol = $1
      ), traded as (
        select order_id, min(symbol) as symbol, sum(quantity) as quantity, sum(quote) as quote from sides group by order_id
      ), latest as (
        select order_id, created_at, symbol, filled_quantity, filled_quote from open_orders
        where $1::text is null or symbol = $1
        union all
        select order_id, created_at, symbol, filled_quantity, filled_quote from orders
        where status not in ${LIVE} and ($1::text is null or symbol = $1)
      )
      select case
        when o.order_id is null then format('trades of %s name order %s, which is not there', t.symbol, t.order_id)
        when coalesce(t.quantity, 0) <> o.filled_quantity
          then format('order %s of %s: filled_quantity is %s, its trades make %s', o.order_id, o.symbol, o.filled_quantity, coalesce(t.quantity, 0))
        else format('order %s of %s: filled_quote is %s, its trades make %s', o.order_id, o.symbol, o.filled_quote, coalesce(t.quote, 0))
      end as said
      from latest as o full join traded as t using (order_id)
      where (o.order_id is null and t.order_id >= (lpad(to_hex($2::bigint), 12, '0') || repeat('0', 20))::uuid)
         or (o.created_at >= moment_of($2)
             and (coalesce(t.quantity, 0) <> o.filled_quantity or coalesce(t.quote, 0) <> o.filled_quote))`,
  },
  {
    kind: "conservation",
    statement: `
      with latest as (
        select order_id, symbol, type, status, quantity, filled_quantity, prevented_quantity, quote_quantity, filled_quote
        from open_orders where $1::text is null or symbol = $1
        union all
        select order_id, symbol, type, status, quantity, filled_quantity, prevented_quantity, quote_quantity, filled_quote
        from orders where status not in ${LIVE} and ($1::text is null or symbol = $1)
      )
      select format('order %s of %s is %s with quantity %s, filled %s, prevented %s, quote amount %s, filled quote %s',
        order_id, symbol, status, coalesce(quantity::text, 'none'), filled_quantity, prevented_quantity,
        coalesce(quote_quantity::text, 'none'), filled_quote) as said
      from latest
      where $2::bigint is not null and (
        filled_quantity < 0 or prevented_quantity < 0 or filled_quantity + prevented_quantity > quantity
        or filled_quote > quote_quantity
        or (status = 'FILLED' and filled_quantity = 0)
        or (status = 'FILLED' and filled_quantity + prevented_quantity <> quantity)
        or (status in ('OPEN', 'PENDING', 'REJECTED') and filled_quantity <> 0)
        or (status = 'PARTIALLY_FILLED' and filled_quantity = 0)
        or (status in ${LIVE} and filled_quantity + prevented_quantity >= quantity))`,
  },
  {
    kind: "open-orders",
    statement: `
      with entered as (
        select order_id, symbol, status from orders where status in ${LIVE} and ($1::text is null or symbol = $1)
      ), living as (
        select order_id, symbol, status from open_orders where $1::text is null or symbol = $1
      )
      select case when l.order_id is null
        then format('order %s of %s is %s in orders, but not in open_orders', e.order_id, e.symbol, e.status)
        else format('order %s of %s is %s in open_orders, but not alive in orders', l.order_id, l.symbol, l.status)
      end as said
      from entered as e full join living as l using (order_id)
      where $2::bigint is not null and (e.order_id is null or l.order_id is null)`,
  },
  {
    kind: "orders",
    statement: `
      select format('order %s of %s: created_at is %s, its id says another time', order_id, symbol, created_at) as said
      from orders
      where $2::bigint is not null and ($1::text is null or symbol = $1)
        and created_at <> moment_of(('x' || substr(replace(order_id::text, '-', ''), 1, 12))::bit(48)::bigint)`,
  },
  {
    kind: "watch-list",
    statement: `
      with waiting as (
        select * from open_orders where status = 'PENDING' and ($1::text is null or symbol = $1)
      ), watched as (
        select * from stop_orders_watchlist where $1::text is null or symbol = $1
      )
      select case
        when w.order_id is null then format('order %s of %s waits, but is not in stop_orders_watchlist', o.order_id, o.symbol)
        when o.order_id is null then format('order %s of %s is in stop_orders_watchlist, but does not wait', w.order_id, w.symbol)
        else format('order %s of %s: stop_orders_watchlist says %s, open_orders %s', o.order_id, o.symbol,
          (w.user_id, w.side, w.type, w.quantity, w.price, w.stop_price, w.trailing_delta, w.trailing_amount, w.activation_price)::text,
          (o.user_id, o.side, o.type, o.quantity, o.price, o.stop_price, o.trailing_delta, o.trailing_amount, o.activation_price)::text)
      end as said
      from waiting as o full join watched as w using (order_id)
      where $2::bigint is not null and (o.order_id is null or w.order_id is null
        or (w.created_at, w.user_id, w.symbol, w.side, w.type) <> (o.created_at, o.user_id, o.symbol, o.side, o.type)
        or (w.quantity, w.price, w.stop_price, w.trailing_delta, w.trailing_amount, w.activation_price)
           is distinct from (o.quantity, o.price, o.stop_price, o.trailing_delta, o.trailing_amount, o.activation_price))`,
  },
  {
    kind: "trades",
    statement: `
      with sides as (
        select trade_id, symbol, buy_order_id as order_id, buyer_user_id as user_id, 'BUY'::order_side_enum as side from trades
        where $1::text is null or symbol = $1
        union all
        select trade_id, symbol, sell_order_id, seller_user_id, 'SELL' from trades where $1::text is null or symbol = $1
      )
      select format('trade %s of %s says %s %s of %s, the order %s %s of %s', s.trade_id, s.symbol, s.side, s.order_id,
        s.user_id, o.side, o.symbol, o.user_id) as said
      from sides as s join orders as o using (order_id)
      where $2::bigint is not null and (o.side <> s.side or o.user_id <> s.user_id or o.symbol <> s.symbol)`,
  },
  {
    kind: "symbols",
    statement: `
      select format('%s has %s rows of %s, but is no symbol', found.symbol, found.rows, found.place) as said
      from (
        select 'orders' as place, symbol, count(*) as rows from orders group by symbol
        union all select 'open_orders', symbol, count(*) from open_orders group by symbol
        union all select 'trades', symbol, count(*) from trades group by symbol
      ) as found
      where $2::bigint is not null and ($1::text is null or symbol = $1)
        and not exists (select from symbols as s where s.symbol = found.symbol)`,
  },
  {
    kind: "answers",
    statement: `
      select format('user %s was told of order %s under key %s, which is not there', k.user_id, k.told, k.key) as said
      from (
        select user_id, key, response_body::jsonb ->> 'orderId' as told, response_body::jsonb ->> 'symbol' as symbol
        from idempotency_keys
        where response_status in (200, 201) and response_body like '{"orderId":%'
      ) as k
      where $2::bigint is not null and ($1::text is null or k.symbol = $1)
        and not exists (select from orders as o where o.order_id = k.told::uuid)`,
  },
];

/**
 * Runs them all.
 * @param symbol the one symbol to look at, or null
 * @param sinceMs orders made before this may have lost their trades to retention; 0: nothing was dropped
 */
export async function checkTables(
  view: RecordsView,
  symbol: string | null,
  sinceMs: number,
  findings: Findings,
): Promise<void> {
  for (const { kind, statement } of CHECKS) {
    let told = 0;
    for await (const { said } of view.stream<{ said: string }>(statement, [symbol, sinceMs], 100)) {
      told += 1;
      if (told <= TOLD) findings.add(kind, said);
      else findings.addUntold(kind, 1);
    }
  }
  if (symbol !== null) return;
  for (const row of await view.rows<{ symbol_group: string }>(GROUPS_OF_JOURNAL_ONLY)) {
    findings.add("group", `group ${row.symbol_group} has a journal, but no row of its own`);
  }
}
