import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiPool } from "../../../db/api-pool.ts";
import { PostgresApiReads } from "../../../db/api-reads.ts";
import { PostgresCandleReads } from "../../../db/candle-reads.ts";
import { migrate } from "../../../db/migrator.ts";
import { benchQueries } from "../../bench/queries.ts";
import { fillHistory } from "../../bench/queries-fill.ts";
import type { QueryPlan } from "../../bench/query-plan.ts";
import { type TypicalQuery, typicalQueries } from "../../bench/typical-queries.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

describe("on a history of three months, each typical question", () => {
  let database: TestDatabase;
  let sql: Sql;
  let pool: ApiPool;
  let queries: readonly TypicalQuery[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    // To the end of the running day: in its first hours the day's partition would hold so few trades that reading it
    // whole is the best plan.
    const until = new Date(new Date().setUTCHours(24, 0, 0, 0));
    await fillHistory(sql, { rows: 40_000, months: 3, until }, () => undefined);
    // As many open orders as make an index worth while.
    await sql`
      insert into open_orders
      select gen_random_uuid(), created_at, updated_at, sequence, user_id, null, null, symbol, side, type, time_in_force,
             self_trade_prevention, 'OPEN', post_only, null, null, price, quantity, 0, 0, 0
      from orders limit 10000`;
    await sql`analyze open_orders`;
    pool = new ApiPool({ url: database.url });
    const reads = new PostgresApiReads(pool);
    queries = await typicalQueries(sql, { pool, reads, candles: new PostgresCandleReads(pool) });
  });
  afterAll(async () => {
    await pool.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  async function planOf(name: string): Promise<QueryPlan> {
    const query = queries.find((each) => each.name === name);
    expect(query, name).toBeDefined();
    expect(await query?.ask(1), name).toBeDefined();
    return query!.plan(sql);
  }

  it("for an order by its id reads one partition, by its key", async () => {
    const { relations, indexes } = await planOf("order-by-id");
    expect(relations.filter((name) => name !== "open_orders")).toEqual([
      expect.stringMatching(/^orders_\d{4}_\d\d$/),
    ]);
    expect(indexes).toContain("orders_pkey");
  });

  it.each([
    ["orders-of-user", "orders_user_id_created_at_idx", /^orders_/, 2],
    ["active-orders-of-symbol", "open_orders_symbol_created_at_idx", /^open_orders$/, 1],
    ["active-orders-of-user", "open_orders_user_id_symbol_idx", /^open_orders$/, 1],
    ["trades-of-user", "trades_buyer_user_id_executed_at_idx", /^trades_/, 9],
    ["recent-trades", "trades_symbol_executed_at_idx", /^trades_/, 9],
    ["volume-24h", "candles_pkey", /^candles$/, 1],
    ["candles-1m", "candles_pkey", /^candles$/, 1],
  ])("for %s uses %s, and nothing else of the table", async (name, index, tables, mostPartitions) => {
    const { relations, indexes, scannedWhole } = await planOf(name);
    const read = relations.filter((relation) => tables.test(relation));
    expect(indexes).toContain(index);
    expect(read.length).toBeLessThanOrEqual(mostPartitions);
    expect(scannedWhole.filter((relation) => tables.test(relation))).toEqual([]);
  });

  it("is answered over the whole history, too", async () => {
    for (const query of queries) await expect(query.ask(7), query.name).resolves.not.toBeUndefined();
  });
});

it("the bench of typical queries fills a history of its own and measures each", {
  timeout: 120_000,
}, async () => {
  const rows = await benchQueries({ quick: true, streams: null });
  const names = rows.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "queries.order-by-id.p99",
      "queries.orders-of-user.p99",
      "queries.active-orders-of-symbol.p99",
      "queries.volume-24h.p99",
      "queries.recent-trades.p99",
    ]),
  );
  expect(names.every((name) => /^queries\.[\w-]+\.p99$/.test(name))).toBe(true);
  expect(rows.every(({ median, unit }) => median > 0 && unit === "ms")).toBe(true);
});
