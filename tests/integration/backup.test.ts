import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { migrate, revert, showMigrations } from "../../db/migrator.ts";
import { ensurePartitions } from "../../db/partitions.ts";
import { FrameWriter, openArchive } from "../../infra/tools/archive/frames.ts";
import { auditRecords } from "../../infra/tools/audit/audit.ts";
import { type BackupReport, backup } from "../../infra/tools/backup/backup.ts";
import { restore } from "../../infra/tools/restore/restore.ts";
import { EVERYTHING } from "../model/profiles.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { tradeInto } from "../support/engine/traded-database.ts";

/** Backup and restore between databases of a real PostgreSQL. */

let folder: string;
let traded: TestDatabase;
let made: BackupReport;
const databases: TestDatabase[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-backup-"));
  traded = await createTestDatabase();
  await tradeInto(traded.url, { profile: EVERYTHING, commands: 1_200, seed: 3 });
  const sql = postgres(traded.url, { max: 1, onnotice: () => undefined });
  await ensurePartitions(sql, new Date());
  await sql.end({ timeout: 5 });
  made = await backup({ url: traded.url, to: folder, onProgress: () => undefined });
});

afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

afterAll(async () => {
  await traded.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const quiet = { onProgress: () => undefined };

/** Every row of every table in an order of its own, as one hash a table. */
async function contents(url: string, tables: readonly string[]): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const table of tables) {
    const statement = `select md5(coalesce(string_agg(t::text, '\\n' order by t::text), '')) as hash from ${table} t`;
    [rows[table]] = await ask(url, statement);
  }
  return rows;
}

describe("a restored database", () => {
  it("has every row, passes the audit, and goes on on a timeline of its own", async () => {
    const target = await emptyDatabase();
    const seen: string[] = [];
    const report = await restore({
      from: made.file,
      url: target.url,
      onProgress: (step) => void (seen.at(-1) === step || seen.push(step)),
    });
    expect(seen).toEqual(["checked", "loaded"]);
    const same = made.header.tables
      .map(({ name }) => name)
      .filter((name) => !["engine_groups", "order_book_snapshots"].includes(name));
    expect(await contents(target.url, same)).toEqual(await contents(traded.url, same));
    const audit = await auditRecords({ url: target.url, symbol: null });
    expect(audit.findings).toEqual([]);
    expect(audit.groups[0]?.lastSequence).toBe(made.header.groups[0]?.lastSequence);
    expect(report.groups).toHaveLength(1);
    expect(report.groups[0]?.previousTimeline).toBe(made.header.groups[0]?.timeline);
    expect(report.groups[0]?.timeline).not.toBe(report.groups[0]?.previousTimeline);
    const bounds = `select c.relname, pg_get_expr(c.relpartbound, c.oid) from pg_class c where c.relispartition
      and c.relkind = 'r' order by 1`;
    expect(await ask(target.url, bounds)).toEqual(await ask(traded.url, bounds));
  });

  it("may have had this schema before, of the same version or an older one, as long as nothing was traded", async () => {
    const target = await emptyDatabase();
    await migrate(target.url);
    await revert(target.url, 1);
    await restore({ from: made.file, url: target.url, ...quiet });
    expect((await auditRecords({ url: target.url, symbol: null })).findings).toEqual([]);
    await expect(restore({ from: made.file, url: target.url, ...quiet })).rejects.toThrow(
      /^the database is not empty: engine_groups has rows; restore into a new one$/,
    );
  });
});

describe("a backup of before snapshots lay in parts", () => {
  it("restores with its snapshots", async () => {
    const older = await emptyDatabase();
    await restore({ from: made.file, url: older.url, ...quiet });
    const names = (await showMigrations(older.url)).map(({ name }) => name);
    await revert(older.url, names.length - names.indexOf("0015_snapshot_parts"));
    const { file, header } = await backup({ url: older.url, to: join(folder, "older.backup"), ...quiet });
    expect(header.tables.map(({ name }) => name)).not.toContain("order_book_snapshot_parts");
    const target = await emptyDatabase();
    await restore({ from: file, url: target.url, ...quiet });
    expect((await auditRecords({ url: target.url, symbol: null })).findings).toEqual([]);
    const bodies = "select body_bytes, body_sha256 from order_book_snapshots order by sequence, epoch";
    expect(await ask(target.url, bodies)).toEqual(await ask(traded.url, bodies));
  });
});

describe("a backup", () => {
  it("lies in the folder under the moment's name, for its owner's eyes only, and never over another", async () => {
    expect(made.file).toMatch(/trade-engine-\d{8}T\d{6}Z\.backup$/);
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
    await expect(backup({ url: traded.url, to: made.file, ...quiet })).rejects.toThrow(/is there already/);
    await expect(backup({ url: traded.url, to: join(folder, "no/where/x"), ...quiet })).rejects.toThrow(
      /cannot be written: ENOENT/,
    );
  });

  it("of a database that is not this engine's is refused", async () => {
    const other = await emptyDatabase();
    await expect(backup({ url: other.url, to: folder, ...quiet })).rejects.toThrow(
      "the database does not hold this engine's schema",
    );
  });
});

describe("a restore is refused in one line and leaves the database as it was", () => {
  /** The archive with another header. */
  async function withHeader(change: (header: BackupReport["header"]) => object): Promise<string> {
    const { header, frames } = await openArchive(made.file);
    const writer = new FrameWriter();
    const parts = [writer.frame("H", JSON.stringify(change(header)))];
    for await (const { kind, body } of frames) {
      if (kind !== "Z") parts.push(writer.frame(kind, body));
    }
    const file = join(folder, "changed.backup");
    writeFileSync(file, gzipSync(Buffer.concat([...parts, writer.end()])));
    return file;
  }

  async function refusal(file: string, prepare?: string): Promise<string> {
    const target = await emptyDatabase();
    if (prepare !== undefined) await ask(target.url, prepare);
    const tables = "select relname from pg_class where relnamespace = 'public'::regnamespace order by 1";
    const before = await ask(target.url, tables);
    const error = await restore({ from: file, url: target.url, ...quiet }).then(
      () => new Error("not refused"),
      (fault: unknown) => fault as Error,
    );
    expect(error.name).toBe("ArchiveError");
    expect(error.message).not.toContain("\n");
    expect(await ask(target.url, tables)).toEqual(before);
    return error.message;
  }

  it("when the archive is torn", async () => {
    const bytes = readFileSync(made.file);
    const torn = join(folder, "torn.backup");
    writeFileSync(torn, bytes.subarray(0, bytes.length - 200));
    expect(await refusal(torn)).toMatch(/ends too soon/);
  });

  it("when a byte of it was changed", async () => {
    const bytes = gunzipSync(readFileSync(made.file));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const changed = join(folder, "bit.backup");
    writeFileSync(changed, gzipSync(bytes));
    expect(await refusal(changed)).toMatch(/is damaged/);
  });

  it("when it is of a newer version, or of another build", async () => {
    const newer = await withHeader((header) => ({
      ...header,
      migrations: [...header.migrations, { name: "9999_future", hash: "00" }],
    }));
    expect(await refusal(newer)).toMatch(
      /is of a newer version of this engine: it has migration 9999_future$/,
    );
    const other = await withHeader((header) => ({
      ...header,
      migrations: header.migrations.map((each) => ({ ...each, hash: "00" })),
    }));
    expect(await refusal(other)).toMatch(
      /is of another build of this engine: its migration 0000_tables is another$/,
    );
  });

  it("when the database holds something else", async () => {
    expect(await refusal(made.file, "create table customers (id int)")).toBe(
      "the database is not empty: it has a table customers that is not this engine's; restore into a new one",
    );
  });
});
