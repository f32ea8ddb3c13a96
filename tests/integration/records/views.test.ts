import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { OrderStatus, OrderType, Side } from "../../../engine/core/terms.ts";
import type { EngineRecords } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter } from "./history-writer.ts";

const HOUR_MS = 3_600_000;

describe("what operators look at", () => {
  let database: TestDatabase;
  let sql: Sql;
  let records: EngineRecords;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    records = openEngineRecords({ url: database.url });
    const writer = await HistoryWriter.open(records);
    const nowMs = Date.now();
    const lots = 100_000_000;
    await writer.commit({
      entered: [
        anOrder({ price: 100_00, quantity: 3 * lots }),
        anOrder({
          price: 100_00,
          quantity: 2 * lots,
          filledQuantity: lots,
          status: OrderStatus.PartiallyFilled,
        }),
        anOrder({ price: 101_00, quantity: lots, side: Side.Sell, symbol: 2 }),
        anOrder({ type: OrderType.Stop, status: OrderStatus.Pending, price: 0, stopPrice: 90_00 }),
        anOrder({ status: OrderStatus.Cancelled }),
        anOrder({ status: OrderStatus.Filled, createdAtMs: nowMs - 30 * HOUR_MS }),
      ],
      trades: [
        aTrade(anOrder(), anOrder(), {
          price: 100_00,
          quantity: 2 * lots,
          executedAtMs: nowMs - 2 * HOUR_MS,
        }),
        aTrade(anOrder(), anOrder(), { price: 110_00, quantity: lots, executedAtMs: nowMs - HOUR_MS }),
        aTrade(anOrder(), anOrder(), { price: 500_00, quantity: lots, executedAtMs: nowMs - 25 * HOUR_MS }),
      ],
    });
  });
  afterAll(async () => {
    await records.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("v_active_orders has every order that lives, with what is left of it", async () => {
    const rows = await sql`
      select symbol, status, remaining_quantity::float as left from v_active_orders order by symbol, status, 3`;
    expect(rows.map(({ symbol, status, left }) => [symbol, status, left])).toEqual([
      ["BTC/USDT", "PENDING", 1.5],
      ["BTC/USDT", "OPEN", 3],
      ["BTC/USDT", "PARTIALLY_FILLED", 1],
      ["ETH/USDT", "OPEN", 1],
    ]);
  });

  it("v_trade_volume_24h has every symbol, with what was traded in 24 hours", async () => {
    const rows = await sql`
      select trades::integer, volume::float, quote_volume::float, open::float, high::float, close::float, change::float
      from v_trade_volume_24h where symbol = 'BTC/USDT'`;
    expect({ ...rows[0] }).toEqual({
      trades: 2,
      volume: 3,
      quote_volume: 310,
      open: 100,
      high: 110,
      close: 110,
      change: 10,
    });
    expect(await sql`select from v_trade_volume_24h where trades = 0 and close is null`).toHaveLength(9);
  });

  it("v_order_status_distribution counts those that live and those of the last 24 hours, each once", async () => {
    const rows = await sql`
      select symbol, status, orders::integer from v_order_status_distribution order by symbol, status`;
    expect(rows.map(({ symbol, status, orders }) => `${symbol} ${status} ${orders}`)).toEqual([
      "BTC/USDT PENDING 1",
      "BTC/USDT OPEN 1",
      "BTC/USDT PARTIALLY_FILLED 1",
      "BTC/USDT CANCELLED 1",
      "ETH/USDT OPEN 1",
    ]);
  });

  it("mv_order_book_snapshot has the books as of its last refresh", async () => {
    expect(await sql`select from mv_order_book_snapshot`).toHaveLength(0);
    expect(await sql`select refresh_order_book_snapshot() as levels`).toEqual([{ levels: "2" }]);
    const rows = await sql`
      select symbol, side, price::float, quantity::float, orders::integer from mv_order_book_snapshot order by symbol`;
    expect(rows.map((row) => Object.values(row))).toEqual([
      ["BTC/USDT", "BUY", 100, 4, 2],
      ["ETH/USDT", "SELL", 101, 1, 1],
    ]);
    await sql`select refresh_order_book_snapshot()`;
    expect(await sql`select from mv_order_book_snapshot`).toHaveLength(2);
  });

  it("check_db_connections() tells who is connected, and how many may be", async () => {
    const rows = await sql`select * from check_db_connections()`;
    expect(rows.map((row) => row["application_name"])).toContain("trade-engine engine");
    expect(Number(rows[0]?.["used_percent"])).toBeGreaterThan(0);
    expect(rows[0]?.["max_connections"]).toBeGreaterThan(Number(rows[0]?.["server_connections"]));
  });

  it("check_table_sizes() has every table once, its partitions counted in", async () => {
    await sql`analyze orders`;
    const rows = await sql`select * from check_table_sizes()`;
    const orders = rows.filter((row) => String(row["table_name"]).startsWith("orders"));
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({ partitions: "1", estimated_rows: "6" });
    expect(Number(orders[0]?.["total_bytes"])).toBe(
      Number(orders[0]?.["table_bytes"]) + Number(orders[0]?.["index_bytes"]),
    );
  });
});
