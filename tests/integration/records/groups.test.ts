import { randomBytes, randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { ensurePartitions } from "../../../db/partitions.ts";
import { type EngineRecords, FencedError } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { HistoryWriter } from "./history-writer.ts";

const DAY_MS = 86_400_000;

let database: TestDatabase;
let sql: Sql;
let records: EngineRecords;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  sql = postgres(database.url, { max: 3, onnotice: () => undefined });
  await ensurePartitions(sql, new Date());
  records = openEngineRecords({ url: database.url });
});
afterAll(async () => {
  await records.close();
  await sql.end({ timeout: 5 });
  await database.drop();
});

describe("a group's row", () => {
  it("is made by the first who reads it, and reading changes nothing", async () => {
    const first = await records.readGroup("fresh");
    expect(first).toMatchObject({ group: "fresh", epoch: 0, lastSequence: 0, publishedSequence: 0 });
    expect(Buffer.from(first.hash).equals(Buffer.alloc(32))).toBe(true);
    expect(await records.readGroup("fresh")).toEqual(first);
  });

  it("is one row with one number, though many make it at once", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => openEngineRecords({ url: database.url })));
    const rows = await Promise.all(
      all.flatMap((each) => [each.readGroup("crowd-1"), each.readGroup("crowd-2")]),
    );
    expect(new Set(rows.map(({ group, groupNumber }) => `${group} ${groupNumber}`)).size).toBe(2);
    expect(new Set(rows.map(({ groupNumber }) => groupNumber)).size).toBe(2);
    await Promise.all(all.map((each) => each.close()));
  });

  it("has an epoch that only rises, by one for each engine that takes it", async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, () => openEngineRecords({ url: database.url })),
    );
    const taken = await Promise.all(others.map((each) => each.takeEpoch("contested")));
    expect(taken.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3, 4]);
    await Promise.all(others.map((each) => each.close()));
  });
});

describe("an engine's first look at its group", () => {
  it("rehearses a commit and leaves nothing of it, though others commit and make groups meanwhile", async () => {
    const writer = await HistoryWriter.open(records, "busy");
    const before = await rows();
    const others = await Promise.all(
      Array.from({ length: 4 }, () => openEngineRecords({ url: database.url })),
    );
    const looks = others.map((each, i) => each.readGroup(`looked-at-${i}`));
    for (let i = 0; i < 5; i++) await writer.commit({});
    await Promise.all(looks);
    expect(await rows()).toEqual({ ...before, journal: Number(before["journal"]) + 5 });
    expect(await sql`select from engine_groups where symbol_group = '~rehearsal'`).toHaveLength(0);
    expect(await sql`select rehearse_commit() as rehearsed`).toEqual([{ rehearsed: true }]);
    await Promise.all(others.map((each) => each.close()));
  });

  async function rows(): Promise<Record<string, unknown>> {
    const [row] = await sql`
      select (select count(*)::integer from orders) as orders, (select count(*)::integer from open_orders) as open,
             (select count(*)::integer from trades) as trades, (select count(*)::integer from journal) as journal,
             (select count(*)::integer from stop_orders_watchlist) as watched`;
    return { ...row };
  }
});

describe("the journal", () => {
  it("is read back batch by batch as it was committed, across days", async () => {
    const writer = await HistoryWriter.open(records, "journal");
    const start = Date.now() - 3 * DAY_MS;
    const written = [];
    for (let i = 0; i < 12; i++) {
      const batch = await writer.commit({ payload: randomBytes(i * 700), timeMs: start + i * (DAY_MS / 3) });
      written.push(batch.journal);
    }
    const read = [];
    for (let after = 0; ; ) {
      const batches = await records.readJournal("journal", after, 5);
      read.push(...batches);
      if (batches.length < 5) break;
      after = batches.at(-1)!.lastSequence;
    }
    expect(read.map(comparable)).toEqual(written.map(comparable));
  });

  it("is followed from where one is, and read again from any earlier place", async () => {
    const writer = await HistoryWriter.open(records, "followed");
    await writer.commit({});
    expect(await records.readJournal("followed", 0, 10)).toHaveLength(1);
    await writer.commit({});
    expect((await records.readJournal("followed", 1, 10)).map((batch) => batch.firstSequence)).toEqual([2]);
    expect(await records.readJournal("followed", 2, 10)).toEqual([]);
    expect((await records.readJournal("followed", 0, 10)).map((batch) => batch.firstSequence)).toEqual([
      1, 2,
    ]);
  });

  it("finds the batch that holds a sequence", async () => {
    const writer = await HistoryWriter.open(records, "holds");
    const one = writer.batch({});
    const three = { ...one, journal: { ...one.journal, lastSequence: 3 } };
    await records.commit(three);
    const found = await Promise.all([1, 3, 4, 0].map((sequence) => records.journalAt("holds", sequence)));
    expect(found.map((batch) => batch?.lastSequence ?? null)).toEqual([3, 3, null, null]);
  });

  it("has a hash in the group's row that is the last batch's", async () => {
    const writer = await HistoryWriter.open(records, "hashes");
    for (let i = 0; i < 3; i++) await writer.commit({});
    const { lastSequence, hash } = await records.readGroup("hashes");
    const last = await records.journalAt("hashes", lastSequence);
    expect(Buffer.from(last!.hash).equals(Buffer.from(hash))).toBe(true);
    expect(lastSequence).toBe(3);
  });
});

describe("the publishing cursor", () => {
  it("moves forward for the engine that owns the group, and is fenced for any other", async () => {
    const writer = await HistoryWriter.open(records, "cursor");
    for (let i = 0; i < 5; i++) await writer.commit({});
    await records.movePublished("cursor", writer.epoch, 3);
    await records.movePublished("cursor", writer.epoch, 2);
    expect((await records.readGroup("cursor")).publishedSequence).toBe(3);
    await records.takeEpoch("cursor");
    await expect(records.movePublished("cursor", writer.epoch, 5)).rejects.toBeInstanceOf(FencedError);
    expect((await records.readGroup("cursor")).publishedSequence).toBe(3);
  });

  it("never passes what is committed", async () => {
    const writer = await HistoryWriter.open(records, "cursor-2");
    await writer.commit({});
    await records.movePublished("cursor-2", writer.epoch, 99);
    expect((await records.readGroup("cursor-2")).publishedSequence).toBe(1);
  });
});

describe("failures", () => {
  it("are counted by command and group", async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    expect(await records.countFailure("poisoned", one)).toBe(1);
    expect(await records.countFailure("poisoned", one)).toBe(2);
    expect(await records.countFailure("poisoned", two)).toBe(1);
    expect(await records.countFailure("other", one)).toBe(1);
    expect(await records.readFailures("poisoned")).toEqual(
      new Map([
        [one, 2],
        [two, 1],
      ]),
    );
  });
});

describe("the database's clock", () => {
  it("is read in whole milliseconds", async () => {
    const before = Number(
      (await sql`select floor(extract(epoch from clock_timestamp()) * 1000) as ms`)[0]!["ms"],
    );
    const now = await records.nowMs();
    expect(Number.isInteger(now)).toBe(true);
    expect(now).toBeGreaterThanOrEqual(before);
  });
});

describe("the seed", () => {
  it("has ten pairs whose limits the engine can count in", async () => {
    const specs = await records.readSymbols("main");
    expect(specs.map(({ name }) => name)).toEqual(
      ["BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "DOT", "LTC"].map((base) => `${base}/USDT`),
    );
    for (const spec of specs) {
      expect(spec.name).toBe(`${spec.base}/${spec.quote}`);
      expect(BigInt(spec.maxPrice) * BigInt(spec.maxQuantity)).toBeLessThan(2n ** 63n);
      expect(spec).toMatchObject({ maxOpenOrders: 10_000, sessionEndMinute: 0, status: 0 });
    }
  });
});

function comparable({ payload, hash, ...rest }: { payload: Uint8Array; hash: Uint8Array }): unknown {
  return { ...rest, payload: Buffer.from(payload).toString("hex"), hash: Buffer.from(hash).toString("hex") };
}
