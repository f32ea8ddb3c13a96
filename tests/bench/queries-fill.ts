import type { Sql } from "postgres";
import { ensurePartitions } from "../../db/partitions.ts";

/** How much is filled in, and over how long. */
export interface FillSize {
  /** Orders, and as many trades. */
  readonly rows: number;
  readonly months: number;
}

export const SYMBOLS = ["BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "DOT", "LTC"].map(
  (base) => `${base}/USDT`,
);
export const USERS = 20_000;

const DAY_MS = 86_400_000;
/** One in so many orders lives; those came in within the last so many days. */
const ALIVE_ONE_IN = 100;
const ALIVE_DAYS = 60;

/**
 * Fills an empty, migrated database with a history: orders and trades spread evenly over the months,
 * symbols and users unevenly (the busiest user has about one order in 140, the busiest symbol one in
 * three), one order in a hundred alive, candles as the commit would have made them. Day by day, in a
 * transaction each, straight into the partitions.
 */
export async function fillHistory(
  sql: Sql,
  { rows, months }: FillSize,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const now = new Date();
  await sql`set synchronous_commit = off`;
  await sql`set plan_cache_mode = force_custom_plan`;
  await sql`set work_mem = '64MB'`;
  await sql`select setseed(0.42)`;
  await ensurePartitions(sql, now);
  const days = await pastDays(sql, now, months);
  const perDay = Math.max(1, Math.floor(rows / days.length));
  const recentFrom = now.getTime() - ALIVE_DAYS * DAY_MS;
  let sequence = 1;
  for (const [place, day] of days.entries()) {
    const left = rows - place * perDay;
    const count = place === days.length - 1 ? left : perDay;
    const length = Math.min(DAY_MS, now.getTime() - day.getTime());
    // Those that live are all among the recent days.
    const alive =
      day.getTime() >= recentFrom
        ? Math.round(rows / ALIVE_ONE_IN / Math.min(ALIVE_DAYS + 1, days.length))
        : 0;
    await sql.begin(async (transaction) => {
      await transaction`select fill_day(${day}, ${length}, ${count}, ${Math.min(alive, count)}, ${sequence})`;
    });
    sequence += count;
    onProgress((place + 1) * perDay, rows);
  }
  await sql`analyze orders, trades, open_orders, candles, journal, symbols`;
}

/** Makes the partitions of the past and the function that fills one day; every day from the first to today. */
async function pastDays(sql: Sql, now: Date, months: number): Promise<Date[]> {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months + 1, 1));
  for (let month = first; month < now; month = after(month, 1)) {
    await sql`select create_partition('orders', to_char(${month}::timestamptz at time zone 'UTC', '"orders_"YYYY_MM'),
      ${month}, ${after(month, 1)})`;
  }
  const days: Date[] = [];
  for (let at = first.getTime(); at < now.getTime(); at += DAY_MS) {
    const day = new Date(at);
    days.push(day);
    await sql`select create_partition('trades', to_char(${day}::timestamptz at time zone 'UTC', '"trades_"YYYY_MM_DD'),
      ${day}, ${new Date(at + DAY_MS)})`;
  }
  await sql.unsafe(FILL_DAY);
  return days;
}

function after(month: Date, months: number): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + months, 1));
}

const idOf = (ms: string, seed: string): string =>
  `(lpad(to_hex(${ms}), 12, '0') || '7' || substr(md5((${seed})::text), 1, 3) || '8' || substr(md5((${seed})::text), 4, 15))::uuid`;

/**
 * Ids are UUIDv7 of their time, as the engine's are. Prices walk around a level of each symbol. An order that does not
 * live was filled two times in three, and cancelled otherwise; a trade is between two orders of the same day.
 */
const FILL_DAY = `
  create or replace function fill_day(p_day timestamptz, p_length_ms bigint, p_rows integer, p_alive integer,
                                              p_sequence bigint) returns void
  language plpgsql set timezone = 'UTC' as $$
  declare
    names constant text[] := array[${SYMBOLS.map((symbol) => `'${symbol}'`).join(", ")}];
    orders_in text := to_char(p_day, '"orders_"YYYY_MM');
    trades_in text := to_char(p_day, '"trades_"YYYY_MM_DD');
    day_ms bigint := extract(epoch from p_day) * 1000;
  begin
    create temporary table day_orders on commit drop as
    select i, ms, ${idOf("ms", "p_sequence + i")} as order_id, moment_of(ms) as at,
           'user-' || floor(${USERS} * power(random(), 2))::integer as user_id,
           names[1 + floor(10 * power(random(), 2))::integer] as symbol,
           random() < 0.5 as is_buy, random() as luck, (1 + random())::numeric(6, 4) as walk, i <= p_alive as alive
    from (select i, day_ms + floor(random() * p_length_ms)::bigint as ms from generate_series(1, p_rows) as i) as drawn;
    execute format($f$
      insert into %I (order_id, created_at, updated_at, sequence, user_id, client_order_id, symbol, side, type, time_in_force,
                      self_trade_prevention, status, post_only, price, quantity, filled_quantity, filled_quote, prevented_quantity)
      select order_id, at, at + case when alive then interval '0' else luck * interval '1 hour' end, $1 + i, user_id,
             case when luck < 0.5 then 'c' || i end, symbol, case when is_buy then 'BUY' else 'SELL' end::order_side_enum,
             'LIMIT', 'GTC', 'EXPIRE_TAKER',
             case when alive then 'OPEN' when luck < 0.67 then 'FILLED' else 'CANCELLED' end::order_status_enum, false,
             round(100 * walk, 2), 1.5, case when not alive and luck < 0.67 then 1.5 else 0 end,
             case when not alive and luck < 0.67 then round(150 * walk, 4) else 0 end, 0
      from day_orders order by ms $f$, orders_in) using p_sequence;
    insert into open_orders select o.* from orders as o join day_orders as d on d.order_id = o.order_id and d.at = o.created_at
    where d.alive and o.created_at >= p_day and o.created_at < p_day + interval '1 day';
    execute format($f$
      insert into %I (trade_id, executed_at, sequence, symbol, buy_order_id, sell_order_id, buyer_user_id, seller_user_id,
                      taker_side, price, quantity)
      select ${idOf("b.ms", "-$1 - b.i")}, b.at, $1 + b.i, b.symbol, b.order_id, s.order_id, b.user_id, s.user_id,
             case when b.is_buy then 'BUY' else 'SELL' end::order_side_enum, round(100 * b.walk, 2), 0.5
      from day_orders as b join day_orders as s on s.i = case b.i when 1 then $2 else b.i - 1 end
      order by b.ms $f$, trades_in) using p_sequence, p_rows;
    insert into candles
    select symbol, i.seconds, date_bin(make_interval(secs => i.seconds), executed_at, timestamptz '1970-01-01 00:00Z') as start,
           (array_agg(price order by executed_at))[1], max(price), min(price), (array_agg(price order by executed_at desc))[1],
           sum(quantity), sum(price * quantity), coalesce(sum(quantity) filter (where taker_side = 'BUY'), 0), count(*), max(sequence)
    from trades cross join (values (1), (60), (3600)) as i (seconds)
    where executed_at >= p_day and executed_at < p_day + interval '1 day' and (i.seconds > 1 or p_day > now() - interval '2 days')
    group by symbol, i.seconds, start;
  end
  $$;`;
