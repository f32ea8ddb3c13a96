import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import {
  type ArchivedBatch,
  readJournalArchive,
  type WrittenArchive,
  writeJournalArchive,
} from "./journal-archive-file.ts";
import {
  ARCHIVE_BATCHES,
  type ArchiveRow,
  RECORD_ARCHIVE,
  UNARCHIVED_DAYS,
  type UnarchivedDay,
} from "./queries/journal-archives.ts";
import type { DatabaseTls } from "./tls.ts";

export interface ArchiveOptions {
  /** In place of the database's clock: tests. */
  readonly now?: Date;
  readonly tls?: DatabaseTls | undefined;
  readonly log?: (line: string) => void;
  /** Rows read so far of a day, and how many it has. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ArchivedDay {
  /** `2026-11-23`, UTC. */
  readonly day: string;
  /** Name in the folder. */
  readonly file: string;
  readonly rows: number;
}

const ROWS_A_READ = 500;

/**
 * Writes each day of the journal that is over and not yet archived to a file of its own in `folder`,
 * reads it back, and takes note of it in the records. A file is in its place only once it is whole and
 * on the disk; a day that was interrupted begins again.
 * @returns the days written by this call
 */
export async function archiveJournal(
  url: string,
  folder: string,
  options: ArchiveOptions = {},
): Promise<ArchivedDay[]> {
  await mkdir(folder, { recursive: true });
  const sql = postgres(url, {
    max: 2,
    ...(options.tls === undefined ? {} : { ssl: options.tls }),
    onnotice: () => undefined,
    connection: { application_name: "trade-engine archive" },
  });
  try {
    const done: ArchivedDay[] = [];
    for (const { day, rows } of await sql.unsafe<UnarchivedDay[]>(UNARCHIVED_DAYS, [options.now ?? null])) {
      done.push(await archiveDay(sql, folder, { day, rows: Number(rows) }, options));
    }
    return done;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function archiveDay(
  sql: Sql,
  folder: string,
  { day, rows: expected }: { day: string; rows: number },
  { log, onProgress }: ArchiveOptions,
): Promise<ArchivedDay> {
  const file = `journal-${day}.jsonl.gz`;
  const path = join(folder, file);
  const aside = `${path}.part`;
  await rm(aside, { force: true });
  const written = await writeJournalArchive(
    aside,
    dayOf(sql, day, (done) => onProgress?.(done, expected)),
  );
  await readBack(aside, written);
  await rename(aside, path);
  const [row] = await sql.unsafe<{ recorded: boolean }[]>(RECORD_ARCHIVE, [
    day,
    file,
    written.rows,
    Buffer.from(written.sha256),
  ]);
  if (row?.recorded !== true) throw new Error(`the journal of ${day} changed while it was written to a file`);
  log?.(`${day}  ${written.rows} rows  ${file}`);
  return { day, file, rows: written.rows };
}

async function* dayOf(sql: Sql, day: string, onRows: (done: number) => void): AsyncGenerator<ArchivedBatch> {
  let done = 0;
  for await (const rows of sql.unsafe<ArchiveRow[]>(ARCHIVE_BATCHES, [day]).cursor(ROWS_A_READ)) {
    for (const row of rows) {
      yield {
        group: row.symbol_group,
        epoch: Number(row.epoch),
        firstSequence: Number(row.first_sequence),
        lastSequence: Number(row.last_sequence),
        timeMs: row.batch_time.getTime(),
        rulesVersion: row.rules_version,
        payload: row.payload,
        hash: row.hash,
      };
    }
    done += rows.length;
    onRows(done);
  }
}

async function readBack(path: string, { rows }: WrittenArchive): Promise<void> {
  let found = 0;
  for await (const _ of readJournalArchive(path)) found += 1;
  if (found !== rows) throw new Error(`a file was written with ${rows} rows and read back with ${found}`);
}
