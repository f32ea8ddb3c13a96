import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiPool } from "../../../db/api-pool.ts";
import { PostgresCandleReads } from "../../../db/candle-reads.ts";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate, revert } from "../../../db/migrator.ts";
import { Side } from "../../../engine/core/terms.ts";
import type { EngineRecords, TradeRecord } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter } from "./history-writer.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SYMBOL = "BTC/USDT";
/** Midnight of today, so that the seconds are among those that are kept. */
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;

describe("candles", () => {
  let database: TestDatabase;
  let sql: Sql;
  let records: EngineRecords;
  let pool: ApiPool;
  let reads: PostgresCandleReads;
  let writer: HistoryWriter;
  let sequence = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    pool = new ApiPool({ url: database.url });
    reads = new PostgresCandleReads(pool);
    records = openEngineRecords({ url: database.url });
    writer = await HistoryWriter.open(records);
    await trade([0, 100, 3], [400, 104, 1, Side.Buy]);
    await trade([900, 99, 2]);
    await trade([1_000, 101, 1], [60_500, 98, 4, Side.Buy], [2 * HOUR_MS, 120, 5]);
    await trade([DAY_MS - 1, 90, 1, Side.Buy]);
  });
  afterAll(async () => {
    await records.close();
    await pool.close();
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  /** Trades of one batch: milliseconds after midnight, price in whole quote, quantity in whole base, taker. */
  async function trade(...made: [number, number, number, Side?][]): Promise<void> {
    const trades = made.map(([afterMs, price, quantity, takerSide = Side.Sell]): TradeRecord => {
      sequence += 1;
      return aTrade(anOrder(), anOrder(), {
        executedAtMs: START_MS + afterMs,
        price: price * 100,
        quantity: quantity * 100_000_000,
        takerSide,
        sequence,
      });
    });
    await writer.commit({ trades });
  }

  async function candles(intervalSeconds: number, toMs = START_MS + DAY_MS, limit = 500) {
    const query = { symbol: SYMBOL, intervalSeconds, fromMs: START_MS, toMs, limit };
    return (await reads.candles(query)).map((c) => [
      c.openTimeMs - START_MS,
      ...[c.open, c.high, c.low, c.close, c.volume, c.quoteVolume, c.takerBuyVolume].map(Number),
      c.trades,
      c.sequence,
    ]);
  }

  it("have each trade once, in its second, minute and hour, in the order of execution", async () => {
    expect(await candles(1)).toEqual([
      [0, 100, 104, 99, 99, 6, 602, 1, 3, 3],
      [1_000, 101, 101, 101, 101, 1, 101, 0, 1, 4],
      [60_000, 98, 98, 98, 98, 4, 392, 4, 1, 5],
      [2 * HOUR_MS, 120, 120, 120, 120, 5, 600, 0, 1, 6],
      [DAY_MS - 1_000, 90, 90, 90, 90, 1, 90, 1, 1, 7],
    ]);
    expect((await candles(60)).map(([at, , , , close]) => [at, close])).toEqual([
      [0, 101],
      [60_000, 98],
      [2 * HOUR_MS, 120],
      [DAY_MS - 60_000, 90],
    ]);
    expect((await candles(3_600))[0]).toEqual([0, 100, 104, 98, 98, 11, 1_095, 5, 5, 5]);
  });

  it("of longer intervals are folded out of the stored ones", async () => {
    expect(await candles(300)).toHaveLength(3);
    expect(await candles(4 * 3_600)).toEqual([
      [0, 100, 120, 98, 120, 16, 1_695, 5, 6, 6],
      [20 * HOUR_MS, 90, 90, 90, 90, 1, 90, 1, 1, 7],
    ]);
    expect(await candles(86_400)).toEqual([[0, 100, 120, 90, 90, 17, 1_785, 6, 7, 7]]);
    const [week] = await reads.candles({
      symbol: SYMBOL,
      intervalSeconds: 7 * 86_400,
      fromMs: START_MS - 7 * DAY_MS,
      toMs: START_MS + DAY_MS,
      limit: 9,
    });
    expect(new Date(week!.openTimeMs).getUTCDay()).toBe(1);
    expect(Number(week!.volume)).toBe(17);
  });

  it("come newest first when there are more than asked for, and in the order of time", async () => {
    for (const interval of [1, 60, 120]) {
      const all = await candles(interval);
      for (let limit = 1; limit <= all.length; limit++) {
        expect(await candles(interval, START_MS + DAY_MS, limit)).toEqual(all.slice(-limit));
      }
    }
    expect(await candles(60, START_MS + 60_000)).toHaveLength(1);
  });

  it("give what was traded in 24 hours, and nothing for a symbol without trades", async () => {
    const lastDay = await reads.lastDay(SYMBOL, START_MS + DAY_MS - 1);
    expect(lastDay).toMatchObject({ trades: 7, open: "100.00", low: "90.00" });
    const later = await reads.lastDay(SYMBOL, START_MS + DAY_MS + 60_000);
    expect(later).toMatchObject({ trades: 2 });
    expect(await reads.lastDay("ETH/USDT", Date.now())).toBeNull();
  });

  it("are not written by a batch that is fenced", async () => {
    const before = await sql`select sum(trades) as trades from candles`;
    const batch = writer.batch({ trades: [aTrade(anOrder(), anOrder())] });
    await expect(records.commit({ ...batch, expectedSequence: 99 })).rejects.toThrow();
    expect(await sql`select sum(trades) as trades from candles`).toEqual(before);
  });

  it("are made of the trades that a database has from before there were candles", async () => {
    const all = () => sql`select * from candles order by symbol, interval_seconds, open_time`;
    const written = [...(await all())];
    const [row] = await sql`select count(*)::integer as later from schema_migrations where name >= '0009'`;
    await revert(database.url, Number(row?.["later"]));
    await migrate(database.url);
    expect(normal([...(await all())])).toEqual(normal(written));
  });
});

/** Amounts without zeros at their ends. */
function normal(rows: readonly Record<string, unknown>[]): unknown[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === "string" && key !== "symbol" ? Number(value) : value,
      ]),
    ),
  );
}
