import type { Buffer } from "node:buffer";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import postgres, { type TransactionSql } from "postgres";
import { copyOut } from "../../../db/copy-out.ts";
import type { DatabaseTls } from "../../../db/tls.ts";
import { ArchiveError } from "../archive/archive-error.ts";
import { CopyRows } from "../archive/copy-rows.ts";
import { FrameWriter } from "../archive/frames.ts";
import type { ArchivedTable, ArchiveHeader } from "../archive/header.ts";
import { describeDatabase } from "./describe-database.ts";

export interface BackupOptions {
  /** Straight to PostgreSQL: a snapshot belongs to a session. */
  readonly url: string;
  readonly tls?: DatabaseTls | undefined;
  /** A file that is not there yet, or a folder, in which the file is named after the moment. */
  readonly to: string;
  /** Rows so far, and all there are. */
  onProgress(done: number, total: number): void;
}

export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  readonly rows: number;
  readonly header: ArchiveHeader;
}

/** Speed counts more than the last tenth of size. */
const GZIP_LEVEL = 1;

/**
 * Writes the whole database, as it is at one moment, into one file, while trading goes on. Nothing is at the file's
 * name before it is whole and on the disk. Throws an ArchiveError for what the operator can mend.
 */
export async function backup(options: BackupOptions): Promise<BackupReport> {
  const sql = postgres(options.url, {
    max: 1,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: "trade-engine backup", timezone: "UTC" },
    ...(options.tls !== undefined && { ssl: options.tls }),
  });
  try {
    return await sql.begin("isolation level repeatable read read only", (transaction) =>
      write(transaction, options),
    );
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function write(sql: TransactionSql, { to, onProgress }: BackupOptions): Promise<BackupReport> {
  const [found] = await sql`select to_regclass('schema_migrations') is not null as "isOurs"`;
  if (found?.["isOurs"] !== true) throw new ArchiveError("the database does not hold this engine's schema");
  const header = await describeDatabase(sql);
  const file = await target(to, header.takenAt);
  const partial = `${file}.partial`;
  const total = header.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  const frames = framesOf(sql, header, (rows) => {
    done += rows;
    onProgress(done, total);
  });
  try {
    await pipeline(
      frames,
      createGzip({ level: GZIP_LEVEL }),
      // It holds everybody's orders and the hashes of their keys.
      createWriteStream(partial, { mode: 0o600 }),
    );
    await syncToDisk(partial);
    await rename(partial, file);
    await syncToDisk(dirname(file));
  } catch (error) {
    await rm(partial, { force: true });
    throw diskFault(error, file);
  }
  return { file, bytes: (await stat(file)).size, rows: total, header };
}

async function* framesOf(
  sql: TransactionSql,
  header: ArchiveHeader,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer> {
  const writer = new FrameWriter();
  yield writer.frame("H", JSON.stringify(header));
  for (const table of header.tables) {
    yield writer.frame("T", table.name);
    const counter = new CopyRows();
    for await (const piece of copyOut(copyOf(sql, table))) {
      const before = counter.rows;
      counter.push(piece);
      onRows(counter.rows - before);
      yield writer.frame("D", piece);
    }
    if (!counter.isComplete || counter.rows !== table.rows) {
      throw new ArchiveError(
        `${table.name} came with ${counter.rows} rows of ${table.rows}: nothing was kept`,
      );
    }
    yield writer.frame("E", "");
  }
  yield writer.end();
}

function copyOf(sql: TransactionSql, { name, columns }: ArchivedTable) {
  return sql`copy (select ${sql(columns)} from ${sql(name)}) to stdout (format binary)`;
}

async function target(to: string, takenAt: string): Promise<string> {
  const isFolder = await stat(to).then(
    (found) => found.isDirectory(),
    () => false,
  );
  // 2026-11-23T20:31:02.752Z → trade-engine-20261123T203102Z.backup
  const moment = takenAt.replace(/\.\d+/, "").replace(/[-:]/g, "");
  const file = isFolder ? join(to, `trade-engine-${moment}.backup`) : to;
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new ArchiveError(`${file} is there already: it is not written over`);
  return file;
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function diskFault(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
  if (code === "ENOSPC") return new ArchiveError(`the disk of ${file} is full: nothing was kept`);
  if (code === "ENOENT" || code === "EACCES") return new ArchiveError(`${file} cannot be written: ${code}`);
  return error;
}
