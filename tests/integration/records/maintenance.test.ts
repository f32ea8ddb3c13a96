import postgres, { type Sql } from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { maintain } from "../../../db/maintenance.ts";
import { migrate } from "../../../db/migrator.ts";
import { OrderStatus } from "../../../engine/core/terms.ts";
import type { EngineRecords } from "../../../engine/ports.ts";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter, later } from "./history-writer.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PARENTS = ["orders", "trades", "journal"] as const;

describe("maintenance", () => {
  let database: TestDatabase;
  let sql: Sql;
  let records: EngineRecords;
  let writer: HistoryWriter;
  /** What was written so far: an order, a trade and a row of the journal each. */
  let written: number;

  beforeEach(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 4, onnotice: () => undefined });
    records = openEngineRecords({ url: database.url });
    writer = await HistoryWriter.open(records);
    written = 0;
  });
  afterEach(async () => {
    await records.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  const ways = {
    "the program": (now: Date) => maintain(sql, { now }),
    "maintain_partitions()": (now: Date) => sql`select * from maintain_partitions(${now})`,
  };

  /** Commits an order and a trade of a moment, as an engine would. */
  async function write(atMs: number, status: OrderStatus = OrderStatus.Filled): Promise<void> {
    const order = anOrder({ createdAtMs: atMs, status });
    const trade = aTrade(order, order, { executedAtMs: atMs });
    await writer.commit({ entered: [order], trades: [trade], timeMs: atMs });
    written += 1;
  }

  /** Rows of each table, and how many of them are in its default partition. */
  async function counts(): Promise<Record<string, number>[]> {
    return Promise.all(
      PARENTS.map(async (parent) => {
        const [row] = await sql`
          select (select count(*)::integer from ${sql(parent)}) as all,
                 (select count(*)::integer from ${sql(`${parent}_default`)}) as strayed`;
        return { all: Number(row?.["all"]), strayed: Number(row?.["strayed"]) };
      }),
    );
  }
  const everything = (strayed: number) => PARENTS.map(() => ({ all: written, strayed }));

  describe.each(Object.entries(ways))("by %s", (_, run) => {
    it.each([
      ["the turn of a month", "2026-12-01T00:00:00Z", "orders_2026_12", "trades_2026_12_01"],
      ["the turn of a year", "2027-01-01T00:00:00Z", "orders_2027_01", "journal_2027_01_01"],
      ["the turn of a day", "2026-11-24T00:00:00Z", "trades_2026_11_24", "journal_2026_11_24"],
      ["the leap day", "2028-02-29T00:00:00Z", "trades_2028_02_29", "journal_2028_02_29"],
      ["the end of the leap day", "2028-03-01T00:00:00Z", "orders_2028_03", "trades_2028_03_01"],
      ["the end of a February without one", "2027-03-01T00:00:00Z", "orders_2027_03", "trades_2027_03_01"],
    ])("over %s every row finds its partition", async (_name, turn, ...partitions) => {
      const turnMs = Date.parse(turn);
      await run(new Date(turnMs - 1));
      const around = [-DAY_MS + 1, -1, 0, 1, HOUR_MS];
      for (const offsetMs of around.filter((ms) => ms > -DAY_MS)) await write(turnMs + offsetMs);
      await run(new Date(turnMs));
      await write(turnMs + 2 * DAY_MS);
      expect(await counts()).toEqual(everything(0));
      const made = await sql`select relname from pg_class where relname in ${sql(partitions)}`;
      expect(made).toHaveLength(partitions.length);
      expect(await run(new Date(turnMs + 1_000))).toBeDefined();
      expect(await counts()).toEqual(everything(0));
    });

    it("after a month of not running: what strayed is moved, and nothing is lost", async () => {
      const startMs = Date.parse("2026-01-20T12:00:00Z");
      await run(new Date(startMs));
      // As good as never run again: the default partitions catch what comes.
      for (let day = 0; day < 45; day++) await write(startMs + day * DAY_MS);
      const [orders, trades, journal] = await counts();
      expect(orders).toEqual({ all: 45, strayed: 0 });
      expect(trades!["strayed"]).toBeGreaterThan(10);
      expect(journal!["strayed"]).toBeGreaterThan(30);
      await run(new Date(startMs + 45 * DAY_MS));
      // The journal's first days are past their thirty: they stay, since there is no snapshot to go on from.
      expect(await counts()).toEqual(everything(0));
      await write(startMs + 45 * DAY_MS);
      expect(await counts()).toEqual(everything(0));
    });

    it("run twice at once while an engine commits, with strays to move: no commit fails, nothing is lost", async () => {
      const nowMs = Date.parse("2026-05-31T23:30:00Z");
      for (let hour = 0; hour < 40; hour++) await write(nowMs - hour * HOUR_MS);
      let isMaintaining = true;
      const committing = (async () => {
        for (let i = 0; isMaintaining || i < 20; i++) await write(nowMs + i * 1_000);
      })();
      await Promise.all([run(new Date(nowMs)), run(new Date(nowMs))]);
      isMaintaining = false;
      await committing;
      await run(new Date(nowMs));
      expect(await counts()).toEqual(everything(0));
    });

    it("run twice does nothing the second time", async () => {
      const now = new Date("2026-08-15T10:00:00Z");
      await write(now.getTime() - 3 * DAY_MS);
      await run(now);
      const before = await partitions();
      const again = await run(now);
      const done = Array.isArray(again)
        ? [...again]
        : [...again.made, ...again.madeForStrays, ...again.dropped];
      expect(done).toEqual([]);
      expect(await partitions()).toEqual(before);
    });

    it("drops what is past its retention, and no partition with an open order", async () => {
      const nowMs = Date.parse("2026-06-15T00:00:00Z");
      const [past, edge, open] = ["2021-03-10", "2021-06-20", "2020-11-05"].map(Date.parse) as [
        number,
        number,
        number,
      ];
      await write(past);
      await write(edge);
      const waiting = anOrder({ createdAtMs: open, status: OrderStatus.Open });
      await writer.commit({ entered: [waiting], timeMs: open });
      await run(new Date(nowMs));
      expect(
        (await partitions()).filter((name) => /_20(20|21)/.test(name) && !name.startsWith("journal")),
      ).toEqual(["orders_2020_11", "orders_2021_06", "trades_2021_06_20"]);
      await writer.commit({ ended: [later(waiting, { status: OrderStatus.Expired })] });
      await run(new Date(nowMs));
      expect(await partitions()).not.toContain("orders_2020_11");
      expect(await partitions()).toContain("orders_2021_06");
    });
  });

  it("the program and the form by hand wait for each other", async () => {
    const holder = await sql.reserve();
    await holder`select pg_advisory_lock(7201, 5)`;
    expect(await maintain(sql)).toMatchObject({ ran: false, made: [] });
    const byHand = sql`select * from maintain_partitions()`.execute();
    await holder`select pg_advisory_unlock(7201, 5)`;
    holder.release();
    expect((await byHand).length).toBeGreaterThan(10);
    expect(await maintain(sql)).toMatchObject({ ran: true });
  });

  it("the program makes twelve months and thirty days ahead; by hand it is three months and seven days", async () => {
    const now = new Date("2026-07-04T12:00:00Z");
    await ways["maintain_partitions()"](now);
    expect(await ahead(now)).toEqual({ journal: 7, orders: 3, trades: 7 });
    await ways["the program"](now);
    expect(await ahead(now)).toEqual({ journal: 7, orders: 12, trades: 30 });
  });

  it("a partition that somebody reads for long is dropped at a later turn", async () => {
    const now = new Date("2026-06-15T00:00:00Z");
    await write(Date.parse("2021-03-10"));
    await sql`delete from partition_retention_config where table_name = 'orders'`;
    await maintain(sql, { now });
    await sql`insert into partition_retention_config (table_name) values ('orders')`;
    const reader = await sql.reserve();
    await reader`begin`;
    await reader`select from orders_2021_03`;
    await expect(maintain(sql, { now })).rejects.toMatchObject({ code: "55P03" });
    await reader`rollback`;
    reader.release();
    expect((await maintain(sql, { now })).dropped).toContain("orders_2021_03");
  });

  it("removes seconds after two days, and minutes and hours by the retention of candles", async () => {
    const now = new Date("2026-06-15T12:00:00Z");
    for (const at of ["2026-06-15T11:00Z", "2026-06-12T11:00Z", "2021-05-01T00:00Z"])
      await write(Date.parse(at));
    expect((await maintain(sql, { now })).candlesPurged).toBe(2 + 2);
    const left =
      await sql`select interval_seconds as s, count(*)::integer as n from candles group by 1 order by 1`;
    expect(left.map(({ s, n }) => [s, n])).toEqual([
      [1, 1],
      [60, 2],
      [3_600, 2],
    ]);
  });

  it("fails a turn whose connection ends, and nothing else", async () => {
    const locker = postgres(database.url, { max: 1, onnotice: () => undefined });
    await locker.begin(async (own) => {
      await own`lock table journal_default in access exclusive mode`;
      const turn = maintain(sql).catch((error: unknown) => error);
      await waitFor("a turn to wait for a table, and its connection to end", 10_000, async () => {
        const ended = await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return ended.length > 0 || undefined;
      });
      expect(await turn).toMatchObject({ code: "CONNECTION_CLOSED" });
    });
    await locker.end({ timeout: 5 });
    expect((await maintain(sql)).ran).toBe(true);
  });

  it("health tells of rows in a default partition, of partitions that run out, and of what stays", async () => {
    const now = new Date("2026-06-15T12:00:00Z");
    const [first] = (await maintain(sql, { now })).health;
    expect(first).toMatchObject({ table: "journal", status: "ok", partitionsAhead: 7, words: "" });
    const lines = async (atMs: number) =>
      (await sql`select * from check_partition_health(${new Date(atMs)})`).map(
        (row) => `${row["table_name"]} ${row["status"]}: ${row["words"]}`,
      );
    expect(await lines(now.getTime() + 5 * DAY_MS)).toEqual([
      "journal warning: only 2 partitions ahead",
      "orders ok: ",
      "trades ok: ",
    ]);
    await write(now.getTime() + 32 * DAY_MS);
    expect(await lines(now.getTime() + 32 * DAY_MS)).toEqual([
      "journal critical: only 0 partitions ahead; 1 rows in the default partition; journal_2026_06_15 stays: maintenance has not run",
      "orders ok: ",
      "trades critical: only 0 partitions ahead; 1 rows in the default partition",
    ]);
  });

  async function partitions(): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select p.name from unnest(${[...PARENTS]}::text[]) as t (parent), partitions_of(t.parent) as p order by 1`;
    return rows.map(({ name }) => name);
  }

  async function ahead(now: Date): Promise<Record<string, number>> {
    const rows = await sql`select table_name, partitions_ahead from check_partition_health(${now})`;
    return Object.fromEntries(rows.map((row) => [row["table_name"], Number(row["partitions_ahead"])]));
  }
});
