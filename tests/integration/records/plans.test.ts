import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { ensurePartitions } from "../../../db/partitions.ts";
import { ORDER_BY_ID, ORDERS_OF_USER } from "../../../db/queries/orders.ts";
import { TRADES_OF_USER } from "../../../db/queries/trades.ts";
import { OrderStatus } from "../../../engine/core/terms.ts";
import type { EngineRecords } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter, later } from "./history-writer.ts";

const MONTHS_BACK = 59;
const LARGEST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

describe("with 72 months of orders", () => {
  let database: TestDatabase;
  let sql: Sql;
  let records: EngineRecords;
  let writer: HistoryWriter;
  const now = new Date();

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => undefined });
    await ensurePartitions(sql, now);
    for (let back = 1; back <= MONTHS_BACK; back++) {
      const from = monthStart(now, -back);
      const name = `orders_${from.toISOString().slice(0, 7).replace("-", "_")}`;
      await sql`select create_partition('orders', ${name}, ${from}, ${monthStart(now, 1 - back)})`;
    }
    records = openEngineRecords({ url: database.url });
    writer = await HistoryWriter.open(records);
  });
  afterAll(async () => {
    await records.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("an order by its id is looked for in one of them", async () => {
    const [count] =
      await sql`select count(*)::integer as partitions from pg_inherits where inhparent = 'orders'::regclass`;
    expect(count?.["partitions"]).toBe(72 + 1);
    const order = anOrder();
    const plan = await explain(ORDER_BY_ID, [order.state.orderId, order.createdAtMs]);
    expect(partitionsIn(plan)).toEqual([`orders_${now.toISOString().slice(0, 7).replace("-", "_")}`]);
  });

  it("a week of a user's orders reads the months of that week, and trades its days", async () => {
    const window = [now.getTime() - 7 * 86_400_000, now.getTime() + 1, now.getTime() + 1, LARGEST_ID];
    const statuses = ["{OPEN}", "{FILLED,CANCELLED}"];
    const orders = await explain(ORDERS_OF_USER, ["alice", ...window, null, null, ...statuses, 50]);
    expect(partitionsIn(orders).length).toBeLessThanOrEqual(3);
    const trades = await explain(TRADES_OF_USER, ["alice", ...window, null, 50]);
    expect(partitionsIn(trades).length).toBeLessThanOrEqual(9);
  });

  it("a commit visits no month but those of its orders, and scans no table from end to end", async () => {
    const old = Array.from({ length: 40 }, (_, i) =>
      anOrder({ createdAtMs: now.getTime() - (i % 2) * 700 * 86_400_000 }),
    );
    await writer.commit({ entered: old });
    const before = await scans();
    const fresh = Array.from({ length: 40 }, () => anOrder());
    await writer.commit({
      entered: fresh,
      changed: old.slice(0, 20).map((each) => later(each, { status: OrderStatus.PartiallyFilled })),
      ended: old.slice(20).map((each) => later(each, { status: OrderStatus.Filled })),
      trades: fresh.map((each, i) => aTrade(each, old[i]!)),
    });
    const after = await scans();
    const visited = [...after]
      .filter(([name, { index }]) => index !== before.get(name)?.index)
      .map(([name]) => name);
    const scanned = [...after]
      .filter(([name, { full }]) => full !== before.get(name)?.full)
      .map(([name]) => name);
    const months = visited.filter((name) => name.startsWith("orders_"));
    expect(months.length).toBe(2);
    expect(visited).toContain("open_orders");
    expect(scanned).toEqual([]);
  });

  async function explain(statement: string, parameters: (string | number | null)[]): Promise<string> {
    const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(`explain ${statement}`, parameters);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  }

  /** Index scans and full scans of each table so far, once the engine's session has told of them. */
  async function scans(): Promise<Map<string, { index: number; full: number }>> {
    // A session tells its numbers at most once a second, and before it ends.
    await records.close();
    await expect
      .poll(
        () => sql`
          select from pg_stat_activity where datname = current_database() and application_name = 'trade-engine engine'`,
        { timeout: 5_000, interval: 10 },
      )
      .toHaveLength(0);
    const rows = await sql<{ name: string; index: string; full: string }[]>`
      select relname as name, coalesce(idx_scan, 0) as index, seq_scan as full from pg_stat_user_tables`;
    records = openEngineRecords({ url: database.url });
    writer = await HistoryWriter.open(records);
    return new Map(rows.map(({ name, index, full }) => [name, { index: Number(index), full: Number(full) }]));
  }
});

function partitionsIn(plan: string): string[] {
  return [
    ...new Set([...plan.matchAll(/ on ((?:orders|trades)_\w+)/g)].map(([, name]) => name as string)),
  ].sort();
}

function monthStart(of: Date, months: number): Date {
  return new Date(Date.UTC(of.getUTCFullYear(), of.getUTCMonth() + months, 1));
}
