import type { Sql } from "postgres";
import type { ApiPool } from "../../db/api-pool.ts";
import type { PostgresApiReads } from "../../db/api-reads.ts";
import type { PostgresCandleReads } from "../../db/candle-reads.ts";
import { CANDLES, STORED_CANDLES } from "../../db/queries/candles.ts";
import { ORDER_BY_CLIENT_ID, ORDER_BY_ID, ORDERS_OF_USER } from "../../db/queries/orders.ts";
import { TRADES_OF_ORDER, TRADES_OF_SYMBOL, TRADES_OF_USER } from "../../db/queries/trades.ts";
import { SYMBOLS, USERS } from "./queries-fill.ts";
import { planOf, type QueryPlan } from "./query-plan.ts";

/** A question that API or operators ask all day. */
export interface TypicalQuery {
  readonly name: string;
  /** Asks it with the values of the i-th time. */
  readonly ask: (i: number) => Promise<unknown>;
  readonly plan: (sql: Sql) => Promise<QueryPlan>;
}

interface Asked {
  readonly pool: ApiPool;
  readonly reads: PostgresApiReads;
  readonly candles: PostgresCandleReads;
}

interface SampleOrder {
  readonly order_id: string;
  readonly user_id: string;
  readonly symbol: string;
  readonly client_order_id: string | null;
  readonly created_at: Date;
}

const DAY_MS = 86_400_000;
const LARGEST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const SAMPLES = 2_000;

const ACTIVE_OF_SYMBOL = "select * from v_active_orders where symbol = $1 order by created_at desc limit 100";
const ACTIVE_OF_USER = "select * from v_active_orders where user_id = $1 order by created_at desc limit 100";
const VOLUME_OF_SYMBOL = "select * from v_trade_volume_24h where symbol = $1";
const VOLUME_OF_ALL = "select * from v_trade_volume_24h";
const STATUSES = "select * from v_order_status_distribution";

/** The questions, each with values drawn from what there is. */
export async function typicalQueries(
  sql: Sql,
  { pool, reads, candles }: Asked,
): Promise<readonly TypicalQuery[]> {
  const samples = await sampleOrders(sql);
  const nowMs = Date.now();
  const sample = (i: number) => samples[i % samples.length]!;
  const symbol = (i: number) => SYMBOLS[i % SYMBOLS.length]!;
  // Every kind of user, the busiest often.
  const user = (i: number) => `user-${i % 4 === 0 ? i % 10 : (i * 7_919) % USERS}`;
  const window = (days: number) => ({ fromMs: nowMs - days * DAY_MS, toMs: nowMs, before: null, limit: 50 });
  const bounds = (days: number) => [nowMs - days * DAY_MS, nowMs, nowMs, LARGEST_ID];
  const statuses = ["{PENDING,OPEN,PARTIALLY_FILLED}", "{FILLED,CANCELLED,REJECTED,EXPIRED}"];
  const orders = { symbol: null, statuses: [], side: null };
  const numbers = new Map((await reads.listSymbols()).map(({ spec }) => [spec.name, spec.symbol]));
  const numberOf = (name: string) => numbers.get(name) ?? 0;
  const one = sample(0);
  const typical = (
    name: string,
    ask: (i: number) => Promise<unknown>,
    statement: string,
    parameters: (string | number | null)[],
  ): TypicalQuery => ({ name, ask, plan: (on) => planOf(on, statement, parameters) });

  return [
    typical("order-by-id", (i) => reads.order(sample(i).order_id), ORDER_BY_ID, [
      one.order_id,
      one.created_at.getTime(),
    ]),
    typical(
      "order-by-client-id",
      (i) =>
        reads.orderByClientId(
          sample(i).user_id,
          numberOf(sample(i).symbol),
          sample(i).client_order_id ?? "none",
        ),
      ORDER_BY_CLIENT_ID,
      [one.user_id, one.symbol, one.client_order_id ?? "none", nowMs - 31 * DAY_MS, nowMs + 60_000],
    ),
    typical(
      "orders-of-user",
      (i) => reads.orders({ ...orders, ...window(7), userId: user(i) }),
      ORDERS_OF_USER,
      [user(0), ...bounds(7), null, null, ...statuses, 50],
    ),
    typical(
      "orders-of-user-5-years",
      (i) => reads.orders({ ...orders, ...window(1_800), userId: user(i) }),
      ORDERS_OF_USER,
      [user(0), ...bounds(8), null, null, ...statuses, 50],
    ),
    typical("active-orders-of-symbol", (i) => pool.read(ACTIVE_OF_SYMBOL, [symbol(i)]), ACTIVE_OF_SYMBOL, [
      symbol(0),
    ]),
    typical("active-orders-of-user", (i) => pool.read(ACTIVE_OF_USER, [user(i)]), ACTIVE_OF_USER, [user(1)]),
    typical(
      "trades-of-user",
      (i) => reads.trades({ ...window(7), symbol: null, orderId: null, userId: user(i) }),
      TRADES_OF_USER,
      [user(0), ...bounds(7), null, 50],
    ),
    typical(
      "trades-of-user-90-days",
      (i) => reads.trades({ ...window(90), symbol: null, orderId: null, userId: user(i) }),
      TRADES_OF_USER,
      [user(0), ...bounds(8), null, 50],
    ),
    typical(
      "trades-of-order",
      (i) => {
        const { order_id, user_id, created_at } = sample(i);
        const toMs = created_at.getTime() + DAY_MS;
        return reads.trades({
          ...window(7),
          toMs,
          fromMs: 0,
          symbol: null,
          orderId: order_id,
          userId: user_id,
        });
      },
      TRADES_OF_ORDER,
      [
        one.user_id,
        one.created_at.getTime() - 60_000,
        one.created_at.getTime() + DAY_MS,
        one.created_at.getTime() + DAY_MS,
        LARGEST_ID,
        one.order_id,
        50,
      ],
    ),
    typical("recent-trades", (i) => reads.recentTrades(numberOf(symbol(i)), 100), TRADES_OF_SYMBOL, [
      symbol(0),
      nowMs - 8 * DAY_MS,
      nowMs,
      100,
    ]),
    typical("volume-24h", (i) => pool.read(VOLUME_OF_SYMBOL, [symbol(i)]), VOLUME_OF_SYMBOL, [symbol(0)]),
    typical("volume-24h-all", () => pool.read(VOLUME_OF_ALL), VOLUME_OF_ALL, []),
    typical(
      "candles-1m",
      (i) => candles.candles({ symbol: symbol(i), intervalSeconds: 60, ...window(30), limit: 500 }),
      STORED_CANDLES,
      [symbol(0), 60, nowMs - 30 * DAY_MS, nowMs, 500],
    ),
    typical(
      "candles-1d",
      (i) => candles.candles({ symbol: symbol(i), intervalSeconds: 86_400, ...window(365), limit: 365 }),
      CANDLES,
      [symbol(0), 3_600, 86_400, nowMs - 365 * DAY_MS, nowMs, 365, 0],
    ),
    typical("status-distribution", () => pool.read(STATUSES), STATUSES, []),
  ];
}

/** Orders from everywhere in the history, without reading it all. */
async function sampleOrders(sql: Sql): Promise<readonly SampleOrder[]> {
  const partitions = await sql<{ name: string }[]>`
    select name from partitions_of('orders') where range_start <= now() order by md5(name)`;
  const each = Math.ceil(SAMPLES / partitions.length);
  const samples: SampleOrder[] = [];
  for (const { name } of partitions) {
    samples.push(
      ...(await sql<SampleOrder[]>`
        select order_id, user_id, symbol, client_order_id, created_at from ${sql(name)}
        where client_order_id is not null limit ${each}`),
    );
  }
  // In another order than they lie in.
  return samples.sort((a, b) => (a.order_id.slice(-12) < b.order_id.slice(-12) ? -1 : 1));
}
