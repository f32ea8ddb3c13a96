import type { Sql } from "postgres";
import { knownMigrations } from "../../../db/migrator.ts";
import { ArchiveError } from "../archive/archive-error.ts";
import type { ArchiveHeader } from "../archive/header.ts";

/** Whoever has rows here has a history that a restore would destroy. */
const HISTORY = ["engine_groups", "journal", "orders", "trades", "order_book_snapshots", "api_keys"];

/** Throws an ArchiveError where this program cannot have made the archive's schema, by name. */
export function checkSchema(file: string, { migrations }: ArchiveHeader): string {
  const known = knownMigrations();
  for (const [place, { name, hash }] of migrations.entries()) {
    const own = known[place];
    if (own === undefined) {
      throw new ArchiveError(`${file} is of a newer version of this engine: it has migration ${name}`);
    }
    if (own.name !== name || own.hash !== hash) {
      throw new ArchiveError(`${file} is of another build of this engine: its migration ${name} is another`);
    }
  }
  const last = migrations.at(-1);
  if (last === undefined) throw new ArchiveError(`${file} holds no schema`);
  return last.name;
}

/**
 * Throws an ArchiveError where the database is not empty: it may hold nothing, or this engine's schema with nothing
 * ever traded in it, no newer than the archive's, and no program of this engine's may be connected.
 */
export async function checkTarget(sql: Sql, upTo: string): Promise<void> {
  const names = (
    await sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
  ).map(({ name }) => name);
  if (names.length === 0) return;
  const refuse = (why: string): never => {
    throw new ArchiveError(`the database is not empty: ${why}; restore into a new one`);
  };
  if (!names.includes("schema_migrations")) refuse(`it has a table ${names[0]} that is not this engine's`);
  const [newest] = await sql<{ name: string }[]>`select max(name) as name from schema_migrations`;
  if (newest !== undefined && newest.name > upTo)
    refuse(`its schema (${newest.name}) is newer than the backup's (${upTo})`);
  for (const name of HISTORY.filter((table) => names.includes(table))) {
    const [row] = await sql`select exists (select from ${sql(name)}) as "hasRows"`;
    if (row?.["hasRows"] === true) refuse(`${name} has rows`);
  }
  const [running] = await sql<{ name: string }[]>`
    select application_name as name from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name like 'trade-engine %' limit 1`;
  if (running !== undefined) {
    throw new ArchiveError(`a program is connected to the database (${running.name}): stop it first`);
  }
}
