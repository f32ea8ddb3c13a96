import type { Sql } from "postgres";
import { ensurePartitions } from "../../db/partitions.ts";

/** How much is filled in, and over how long. */
export interface FillSize {
  /** Orders, and as many trades. */
  readonly rows: number;
  readonly months: number;
  /** Where the history ends; now, without it. */
  readonly until?: Date;
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
 * three), one order in a hundred alive, candles as the commit would have made them. Month by month, a
 * transaction each: partitions are filled aside and attached, which builds their indexes once.
 */
export async function fillHistory(
  sql: Sql,
  { rows, months, until: end = new Date() }: FillSize,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const first = monthStart(end, 1 - months);
  const totalMs = end.getTime() - first.getTime();
  const aliveShare = Math.min(1, totalMs / DAY_MS / ALIVE_DAYS / ALIVE_ONE_IN);
  await sql.unsafe(
    `set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB'; select setseed(0.42)`,
  );
  await sql.unsafe(FILL_MONTH);
  await sql`alter table candles drop constraint candles_pkey`;
  let done = 0;
  for (let month = first; month < end; month = monthStart(month, 1)) {
    const until = new Date(Math.min(monthStart(month, 1).getTime(), end.getTime()));
    const upTo = Math.round((rows * (until.getTime() - first.getTime())) / totalMs);
    const aliveFrom = new Date(end.getTime() - ALIVE_DAYS * DAY_MS);
    await sql`select fill_month(${month}, ${until}, ${upTo - done}, ${aliveFrom}, ${aliveShare}, ${done})`;
    done = upTo;
    onProgress(done, rows);
  }
  await sql`alter table candles add constraint candles_pkey primary key (symbol, interval_seconds, open_time)`;
  await ensurePartitions(sql, end);
  await sql.unsafe("analyze orders, trades, open_orders, candles, journal, symbols");
}

function monthStart(of: Date, months: number): Date {
  return new Date(Date.UTC(of.getUTCFullYear(), of.getUTCMonth() + months, 1));
}

const idOf = (ms: string, seed: string): string =>
  `(lpad(to_hex(${ms}), 12, '0') || '7' || substr(md5((${seed})::text), 1, 3) || '8' || substr(md5((${seed})::text), 4, 15))::uuid`;

/**
 * Ids are UUIDv7 of their time, as the engine's are. Prices walk around a level. An order that does not live was filled
 * two times in three, and cancelled otherwise; a trade is between two orders of the same month, at the buyer's moment.
 */
const FILL_MONTH = `
  create or replace function fill_month(p_month timestamptz, p_until timestamptz, p_rows integer, p_alive_from timestamptz,
                                        p_alive_share double precision, p_sequence bigint) returns void
  language plpgsql set timezone = 'UTC' as $$
  declare
    names constant text[] := array[${SYMBOLS.map((symbol) => `'${symbol}'`).join(", ")}];
    orders_in constant text := to_char(p_month, '"orders_"YYYY_MM');
    month_ms constant bigint := extract(epoch from p_month) * 1000;
    length_ms constant bigint := extract(epoch from p_until) * 1000 - month_ms;
    day timestamptz;
    trades_in text;
  begin
    create temporary table drawn on commit drop as
    select i, at, order_id, user_id, symbol, is_buy, luck, price, status,
           case when status = 'FILLED' then 1.5 else 0 end as filled
    from (
      select i, ms, moment_of(ms) as at, ${idOf("ms", "p_sequence + i")} as order_id,
             'user-' || floor(${USERS} * power(random(), 2))::integer as user_id,
             names[1 + floor(10 * power(random(), 2))::integer] as symbol, random() < 0.5 as is_buy, luck,
             round((100 * (1 + random()))::numeric, 2) as price,
             case when moment_of(ms) >= p_alive_from and random() < p_alive_share then 'OPEN'
                  when luck < 0.67 then 'FILLED' else 'CANCELLED' end::order_status_enum as status
      from (select i, month_ms + floor(random() * length_ms)::bigint as ms, random() as luck
            from generate_series(1, p_rows) as i) as moments
    ) as made order by at;

    execute format('create table %I (like orders including defaults including storage)', orders_in);
    execute format($f$
      insert into %I (order_id, created_at, updated_at, sequence, user_id, client_order_id, symbol, side, type, time_in_force,
                      self_trade_prevention, status, post_only, price, quantity, filled_quantity, filled_quote, prevented_quantity)
      select order_id, at, at + case when status = 'OPEN' then interval '0' else luck * interval '1 hour' end, $1 + i, user_id,
             case when luck < 0.5 then 'c' || i end, symbol, case when is_buy then 'BUY' else 'SELL' end::order_side_enum,
             'LIMIT', 'GTC', 'EXPIRE_TAKER', status, false, price, 1.5, filled, filled * price, 0
      from drawn $f$, orders_in) using p_sequence;
    execute format('alter table orders attach partition %I for values from (%L) to (%L)',
                   orders_in, p_month, p_month + interval '1 month');
    execute format('insert into open_orders select * from %I where status = %L', orders_in, 'OPEN');

    create temporary table paired on commit drop as
    select ${idOf("(extract(epoch from b.at) * 1000)::bigint", "-p_sequence - b.i")} as trade_id, b.at as executed_at, p_sequence + b.i as sequence,
           b.symbol, b.order_id as buy_order_id, s.order_id as sell_order_id, b.user_id as buyer_user_id,
           s.user_id as seller_user_id, case when b.is_buy then 'BUY' else 'SELL' end::order_side_enum as taker_side,
           b.price, 0.5 as quantity
    from drawn as b join drawn as s on s.i = case b.i when 1 then p_rows else b.i - 1 end
    order by b.at;
    for day in select * from generate_series(p_month, p_until - interval '1 millisecond', interval '1 day') loop
      trades_in := to_char(day, '"trades_"YYYY_MM_DD');
      execute format('create table %I (like trades including defaults including storage)', trades_in);
      execute format('insert into %I select * from paired where executed_at >= $1 and executed_at < $1 + interval %L',
                     trades_in, '1 day') using day;
      execute format('alter table trades attach partition %I for values from (%L) to (%L)',
                     trades_in, day, day + interval '1 day');
    end loop;

    insert into candles
    select symbol, i.seconds, date_bin(make_interval(secs => i.seconds), executed_at, timestamptz '1970-01-01 00:00Z') as start,
           (array_agg(price order by executed_at))[1], max(price), min(price), (array_agg(price order by executed_at desc))[1],
           sum(quantity), sum(price * quantity), coalesce(sum(quantity) filter (where taker_side = 'BUY'), 0), count(*), max(sequence)
    from paired cross join (values (1), (60), (3600)) as i (seconds)
    where i.seconds > 1 or executed_at > now() - interval '2 days'
    group by symbol, i.seconds, start;
  end
  $$;`;
