import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import postgres, { type Sql } from "postgres";
import { isPooled, PooledConnectionError } from "./pooled-connection.ts";
import type { DatabaseTls } from "./tls.ts";

/**
 * Brings a database to the schema that this program knows, and back.
 *
 * Not Drizzle's migrator: that has no way back, no lock (two processes that start at once both fail)
 * and does not notice a file that was changed after it had been applied. The files are drizzle-kit's,
 * generated or custom; beside each lies its way back, `.down.sql`.
 *
 * Needs a direct connection: the lock belongs to the session, which a transaction pool does not keep.
 */

const FOLDER = new URL("./migrations/", import.meta.url);
const LOCK_CLASS = 7_200;
/** A long migration of another process may hold the lock; but not for ever. */
const LOCK_WAIT_MS = 10 * 60_000;

export interface MigrateOptions {
  /** One line for each migration applied or taken back. */
  readonly log?: (line: string) => void;
  readonly tls?: DatabaseTls | undefined;
  /** Goes no further than this migration. */
  readonly upTo?: string;
}

export interface MigrationState {
  /** `0003_commit_batch` */
  readonly name: string;
  /** Null: not applied. */
  readonly appliedAt: Date | null;
}

interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly hash: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly hash: string;
  readonly appliedAt: Date;
}

/**
 * Applies every migration that is missing, each in a transaction, in order. Safe when several
 * processes start at once: one works, the others wait and find nothing to do.
 * @returns names of those applied
 * @throws when an applied migration differs from its file, or is unknown to this program
 */
export function migrate(url: string, { log, tls, upTo }: MigrateOptions = {}): Promise<string[]> {
  return underLock(url, tls, async (sql) => {
    const missing = missingMigrations(readMigrations(), await readApplied(sql)).filter(
      ({ name }) => upTo === undefined || name <= upTo,
    );
    for (const migration of missing) {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(migration.up).simple();
        await transaction`
          insert into schema_migrations (name, hash) values (${migration.name}, ${migration.hash})`;
      });
      log?.(`applied ${migration.name}`);
    }
    return missing.map(({ name }) => name);
  });
}

/**
 * Takes back the last migrations, newest first.
 * @param count how many
 * @returns names of those taken back
 */
export function revert(url: string, count: number, { log, tls }: MigrateOptions = {}): Promise<string[]> {
  return underLock(url, tls, async (sql) => {
    const byName = new Map(readMigrations().map((migration) => [migration.name, migration]));
    const newestFirst = (await readApplied(sql)).reverse().slice(0, count);
    for (const { name } of newestFirst) {
      const migration = byName.get(name);
      if (migration === undefined) throw new Error(`migration ${name} is unknown to this program`);
      await sql.begin(async (transaction) => {
        await transaction.unsafe(migration.down).simple();
        await transaction`delete from schema_migrations where name = ${name}`;
      });
      log?.(`took back ${name}`);
    }
    return newestFirst.map(({ name }) => name);
  });
}

/** Every migration that this program knows, in order, and when each was applied. */
export function showMigrations(url: string, { tls }: MigrateOptions = {}): Promise<MigrationState[]> {
  return underLock(url, tls, async (sql) => {
    const applied = new Map((await readApplied(sql)).map((each) => [each.name, each.appliedAt]));
    return readMigrations().map(({ name }) => ({ name, appliedAt: applied.get(name) ?? null }));
  });
}

/** Name of the newest migration that this program knows. */
export function latestMigration(): string {
  return readMigrations().at(-1)?.name ?? "none";
}

/** Every migration that this program knows, in order, with the hash of its file. */
export function knownMigrations(): readonly { readonly name: string; readonly hash: string }[] {
  return readMigrations();
}

function missingMigrations(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  for (const [place, { name, hash }] of applied.entries()) {
    const known = migrations[place];
    if (known?.name !== name) throw new Error(`migration ${name} is unknown to this program`);
    if (known.hash !== hash) throw new Error(`migration ${name} differs from the one that was applied`);
  }
  return migrations.slice(applied.length);
}

async function underLock<T>(
  url: string,
  tls: DatabaseTls | undefined,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, {
    ...(tls !== undefined && { ssl: tls }),
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: "trade-engine migrate" },
  });
  try {
    // Through a pool the lock would be of a session that others share, and stay.
    if (await isPooled(sql)) throw new PooledConnectionError();
    await sql.unsafe(`set lock_timeout = ${LOCK_WAIT_MS}`);
    await sql`select pg_advisory_lock(${LOCK_CLASS}, 0)`;
    // Within a migration, waiting for a table for long would make everybody else wait behind it.
    await sql.unsafe("set lock_timeout = '30s'");
    await sql.unsafe(`
      create table if not exists schema_migrations (
        name text primary key,
        hash text not null,
        applied_at timestamptz not null default now()
      )`);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function readApplied(sql: Sql): Promise<AppliedMigration[]> {
  return sql<AppliedMigration[]>`
    select name, hash, applied_at as "appliedAt" from schema_migrations order by name`.then((rows) => [
    ...rows,
  ]);
}

function readMigrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const name = file.slice(0, -".sql".length);
      const up = readFileSync(new URL(file, FOLDER), "utf8");
      const down = readFileSync(new URL(`${name}.down.sql`, FOLDER), "utf8");
      return { name, up, down, hash: createHash("sha256").update(up).digest("hex") };
    });
}
