import postgres, { type Sql } from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { ensurePartitions } from "../../../db/partitions.ts";
import { OrderStatus } from "../../../engine/core/terms.ts";
import type { EngineRecords } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter, later } from "./history-writer.ts";

describe("partitions", () => {
  let database: TestDatabase;
  let sql: Sql;
  let records: EngineRecords;

  beforeEach(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 4, onnotice: () => undefined });
    records = openEngineRecords({ url: database.url });
  });
  afterEach(async () => {
    await records.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("are made twelve months ahead for orders and thirty days for trades, named in UTC", async () => {
    const made = await ensurePartitions(sql, new Date("2026-11-30T23:30:00-02:00"));
    const orders = await partitionsOf("orders");
    const trades = await partitionsOf("trades");
    expect(orders.slice(0, 2)).toEqual(["orders_2026_12", "orders_2027_01"]);
    expect(orders).toHaveLength(13 + 1);
    expect([trades[0], trades[30], trades[31]]).toEqual([
      "trades_2026_12_01",
      "trades_2026_12_31",
      "trades_default",
    ]);
    expect(made.length).toBe(orders.length + trades.length + (await partitionsOf("journal")).length - 3);
    const [bounds] = await sql`
      select pg_get_expr(relpartbound, oid) as range from pg_class where relname = 'orders_2026_12'`;
    expect(bounds?.["range"]).toBe(
      "FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00')",
    );
  });

  it("are made once by many who ask at once, and nothing is made again", async () => {
    const now = new Date();
    const made = await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(sql, now)));
    expect(made.flat()).toHaveLength(13 + 31 + 8);
    expect(new Set(made.flat()).size).toBe(13 + 31 + 8);
    expect(await ensurePartitions(sql, now)).toEqual([]);
    expect((await ensurePartitions(sql, new Date(now.getTime() + 86_400_000))).length).toBeGreaterThanOrEqual(
      2,
    );
  });

  it("carry the indexes of their table", async () => {
    await ensurePartitions(sql, new Date("2026-11-15T00:00:00Z"));
    const [row] = await sql`
      select (select count(*) from pg_index where indrelid = 'orders'::regclass) as parent,
             (select count(*) from pg_index join pg_inherits on inhrelid = indexrelid
              where indrelid = 'orders_2026_11'::regclass) as attached`;
    expect(row?.["attached"]).toBe(row?.["parent"]);
  });

  it("take over what the default partition caught for want of them", async () => {
    const writer = await HistoryWriter.open(records);
    const order = anOrder();
    const trade = aTrade(order, anOrder());
    await writer.commit({ entered: [order], trades: [trade] });
    expect(await homeOf("orders")).toEqual(["orders_default"]);
    await ensurePartitions(sql, new Date());
    expect(await homeOf("orders")).toEqual([`orders_${monthOf(order.createdAtMs)}`]);
    expect((await homeOf("trades"))[0]).toMatch(/^trades_\d{4}_\d\d_\d\d$/);
    expect((await homeOf("journal"))[0]).toMatch(/^journal_\d{4}_\d\d_\d\d$/);
    await writer.commit({ ended: [later(order, { status: OrderStatus.Expired })] });
    expect(await sql`select status from orders`).toEqual([{ status: "EXPIRED" }]);
  });

  it("can be made while an engine commits, without an error for either", async () => {
    const writer = await HistoryWriter.open(records);
    let committing = true;
    const commits = (async (): Promise<number> => {
      let orders = 0;
      while (committing) {
        const order = anOrder();
        await writer.commit({ entered: [order] });
        await writer.commit({ ended: [later(order, { status: OrderStatus.Expired })] });
        orders += 1;
      }
      return orders;
    })();
    await ensurePartitions(sql, new Date());
    committing = false;
    const orders = await commits;
    const [row] = await sql`select count(*)::integer as orders from orders where status = 'EXPIRED'`;
    expect(row?.["orders"]).toBe(orders);
  });

  async function partitionsOf(table: string): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = ${table}::regclass order by 1`;
    return rows.map(({ name }) => name);
  }

  async function homeOf(table: string): Promise<string[]> {
    const rows = await sql<
      { name: string }[]
    >`select distinct tableoid::regclass::text as name from ${sql(table)}`;
    return rows.map(({ name }) => name);
  }
});

function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7).replace("-", "_");
}
