import type { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import postgres, { type Sql, type TransactionSql } from "postgres";
import { migrate } from "../../../db/migrator.ts";
import { type NewTimeline, startNewTimeline } from "../../../db/new-timeline.ts";
import type { DatabaseTls } from "../../../db/tls.ts";
import { ArchiveError } from "../archive/archive-error.ts";
import { CopyRows } from "../archive/copy-rows.ts";
import { type Frame, openArchive } from "../archive/frames.ts";
import type { ArchivedTable, ArchiveHeader } from "../archive/header.ts";
import { checkSchema, checkTarget } from "./target.ts";

export interface RestoreOptions {
  readonly from: string;
  /** Straight to PostgreSQL, as the owner of the schema to be. */
  readonly url: string;
  readonly tls?: DatabaseTls | undefined;
  /** Rows so far, and all there are; of the look at the archive first, then of the loading. */
  onProgress(step: "checked" | "loaded", done: number, total: number): void;
}

export interface RestoreReport {
  readonly header: ArchiveHeader;
  readonly rows: number;
  readonly groups: readonly NewTimeline[];
}

/**
 * Fills an empty database from an archive. The archive is read to its end and its checksum before the database is
 * touched; what is loaded, counted and given its new timeline is one transaction, so that a restore is whole or has
 * not happened. Throws an ArchiveError for what the operator can mend.
 */
export async function restore({ from, url, tls, onProgress }: RestoreOptions): Promise<RestoreReport> {
  const { header } = await openArchive(from);
  const upTo = checkSchema(from, header);
  const total = header.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  await eachTable(from, (_table, rows) => {
    done += rows;
    onProgress("checked", done, total);
  });
  const ssl = tls === undefined ? {} : { ssl: tls };
  const sql = postgres(url, {
    ...ssl,
    max: 1,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: "restore", timezone: "UTC" },
  });
  try {
    await checkTarget(sql, upTo);
    await migrate(url, { upTo, tls });
    for (const { table, name, from: start, to } of header.partitions) {
      await sql`select create_partition(${table}, ${name}, ${start}::timestamptz, ${to}::timestamptz)`;
    }
    done = 0;
    const groups = await sql.begin(async (transaction) => {
      await load(transaction, from, header, (rows) => {
        done += rows;
        onProgress("loaded", done, total);
      });
      return startNewTimeline(transaction as unknown as Sql);
    });
    // What plans are made by; without it the first hours would be slow.
    await sql.unsafe("analyze");
    await migrate(url, { tls });
    return { header, rows: total, groups };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function load(
  sql: TransactionSql,
  from: string,
  header: ArchiveHeader,
  onRows: (rows: number) => void,
): Promise<void> {
  for (const { name } of header.tables) {
    // What migrations put there is in the archive too. Only where there is something: some tables refuse it.
    const [row] = await sql`select exists (select from ${sql(name)}) as "hasRows"`;
    if (row?.["hasRows"] === true) await sql`truncate ${sql(name)}`;
  }
  let stream: Writable | null = null;
  await eachTable(from, (_table, rows) => onRows(rows), {
    begin: async ({ name, columns }) => {
      stream = await sql`copy ${sql(name)} (${sql(columns)}) from stdin (format binary)`.writable();
    },
    piece: async (bytes) => {
      if (stream !== null && !stream.write(bytes)) await once(stream, "drain");
    },
    end: async ({ name, rows }) => {
      stream?.end();
      if (stream !== null) await finished(stream);
      const [found] = await sql<{ rows: string }[]>`select count(*) as rows from ${sql(name)}`;
      if (Number(found?.rows) !== rows) {
        throw new ArchiveError(`${name} took ${found?.rows} rows of ${rows}: nothing was restored`);
      }
    },
  });
  for (const { name, last } of header.sequences) {
    await sql`select setval(${name}::text::regclass, ${last}::bigint)`;
  }
  const views = await sql<
    { name: string }[]
  >`select matviewname as name from pg_matviews where schemaname = 'public'`;
  for (const { name } of views) await sql`refresh materialized view ${sql(name)}`;
}

interface TableSink {
  begin(table: ArchivedTable): Promise<void>;
  piece(bytes: Uint8Array): Promise<void>;
  end(table: ArchivedTable): Promise<void>;
}

/** Goes through an archive to its end; throws an ArchiveError where it is not what its header says. */
async function eachTable(
  file: string,
  onRows: (table: string, rows: number) => void,
  sink?: TableSink,
): Promise<void> {
  const { header, frames } = await openArchive(file);
  const wrong = (): ArchiveError => new ArchiveError(`${file} is damaged: its tables are not those it names`);
  for (const table of header.tables) {
    if (bodyOf(await frames.next(), "T")?.toString() !== table.name) throw wrong();
    await sink?.begin(table);
    const counter = new CopyRows();
    for (;;) {
      const next = await frames.next();
      if (bodyOf(next, "E") !== null) break;
      const bytes = bodyOf(next, "D");
      if (bytes === null) throw wrong();
      const before = counter.rows;
      counter.push(bytes);
      await sink?.piece(bytes);
      onRows(table.name, counter.rows - before);
    }
    if (!counter.isComplete || counter.rows !== table.rows) throw wrong();
    await sink?.end(table);
  }
  // The end is the checksum's: the generator throws where it does not hold.
  if ((await frames.next()).done !== true) throw wrong();
}

function bodyOf(result: IteratorResult<Frame>, kind: Frame["kind"]): Buffer | null {
  return result.done !== true && result.value.kind === kind ? result.value.body : null;
}
