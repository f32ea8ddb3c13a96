import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveJournal } from "../../../db/journal-archive.ts";
import {
  ArchiveDamagedError,
  type ArchivedBatch,
  readJournalArchive,
} from "../../../db/journal-archive-file.ts";
import { maintain } from "../../../db/maintenance.ts";
import { EVERYTHING } from "../../model/profiles.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { tradeInto } from "../../support/engine/traded-database.ts";

const DAY_MS = 86_400_000;

/** A real history, and days later: each test goes a step further with the same database. */
describe("the journal's retention", () => {
  let database: TestDatabase;
  let sql: Sql;
  let folder: string;
  const today = new Date();
  const day = today.toISOString().slice(0, 10);
  const partition = `journal_${day.replaceAll("-", "_")}`;
  const past = new Date(today.getTime() + 32 * DAY_MS);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "trade-engine-archive-"));
    database = await createTestDatabase();
    await tradeInto(database.url, { profile: EVERYTHING, commands: 600, seed: 5 });
    sql = postgres(database.url, { max: 2, onnotice: () => undefined });
    await maintain(sql, { now: today });
  });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const rowsInIt = async () => (await sql`select from ${sql(partition)}`).length;
  const health = async () => (await sql`select * from check_partition_health(${past})`)[0];

  it("keeps a day behind which no snapshot can be read back", async () => {
    const spoil = () => sql`
      update order_book_snapshot_parts set bytes = set_byte(bytes, 200, 255 - get_byte(bytes, 200)) where part = 0`;
    await spoil();
    const report = await maintain(sql, { now: past });
    expect(report.verifiedSnapshots).toEqual([]);
    expect(report.dropped).not.toContain(partition);
    expect(await rowsInIt()).toBeGreaterThan(10);
    expect((await health())?.["words"]).toContain("no verified snapshot from after it");
    await spoil(); // once more, and all is as it was
  });

  it("keeps a day with events that are not published", async () => {
    await sql`update engine_groups set published_sequence = published_sequence - 1`;
    expect((await maintain(sql, { now: past })).dropped).not.toContain(partition);
    expect((await health())?.["words"]).toContain("are not published");
    await sql`update engine_groups set published_sequence = last_sequence`;
  });

  it("keeps a day that is to be archived first until it is in a file", async () => {
    await sql`update partition_retention_config set archive_first = true where table_name = 'journal'`;
    expect((await maintain(sql, { now: past })).dropped).not.toContain(partition);
    expect((await health())?.["words"]).toContain("it is not archived");
  });

  it("is written to a file that reads back row for row, once, and that tells of any change to it", async () => {
    const progress: string[] = [];
    const report = await archiveJournal(database.url, folder, {
      now: past,
      log: (line) => progress.push(line),
    });
    expect(report).toMatchObject([{ day, file: `journal-${day}.jsonl.gz` }]);
    expect(progress.join("\n")).toContain(day);
    const file = join(folder, `journal-${day}.jsonl.gz`);
    const archived: ArchivedBatch[] = [];
    for await (const batch of readJournalArchive(file)) archived.push(batch);
    const rows = await sql`
      select symbol_group, epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash
      from journal order by symbol_group, first_sequence`;
    expect(archived.map(({ payload, hash, ...rest }) => [rest, hex(payload), hex(hash)])).toEqual(
      rows.map((row) => [
        {
          group: row["symbol_group"],
          epoch: Number(row["epoch"]),
          firstSequence: Number(row["first_sequence"]),
          lastSequence: Number(row["last_sequence"]),
          timeMs: row["batch_time"].getTime(),
          rulesVersion: row["rules_version"],
        },
        hex(row["payload"]),
        hex(row["hash"]),
      ]),
    );
    expect(await archiveJournal(database.url, folder, { now: past })).toEqual([]);

    const spoiled = join(folder, "spoiled.jsonl.gz");
    const bytes = readFileSync(file);
    writeFileSync(spoiled, bytes.subarray(0, bytes.length - 40));
    await expect(drain(readJournalArchive(spoiled))).rejects.toBeInstanceOf(ArchiveDamagedError);
  });

  it("then lets the day go, and nothing of the orders and trades with it", async () => {
    const [before] = await sql`select (select count(*) from orders) as o, (select count(*) from trades) as t`;
    const report = await maintain(sql, { now: past });
    expect(report.dropped).toContain(partition);
    expect(report.dropped.every((name) => name.startsWith("journal_"))).toBe(true);
    expect(await sql`select from journal`).toHaveLength(0);
    expect(
      (await sql`select (select count(*) from orders) as o, (select count(*) from trades) as t`)[0],
    ).toEqual(before);
  });
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function drain(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches);
}
