import { readFileSync } from "node:fs";
import type { Sql } from "postgres";
import { BROKEN_INDEXES, DESCRIBE_SCHEMA, DESCRIBE_VIEWS } from "./queries/schema-description.ts";

/** Where the lines stand that a database with every migration has; `npm run check` holds it against the migrations. */
export const EXPECTED_SCHEMA_FILE = new URL("./expected-schema.txt", import.meta.url);

/** The major version whose texts of views stand in the file. */
const VIEWS_OF_VERSION = 16;

interface LineRow {
  readonly line: string;
}

/** Everything that migrations make, as it is in this database: a line each, in order. */
export async function describeSchema(sql: Sql): Promise<string[]> {
  const lines = (await sql.unsafe<LineRow[]>(DESCRIBE_SCHEMA)).map(({ line }) => line);
  if ((await majorVersion(sql)) === VIEWS_OF_VERSION) {
    lines.push(...(await sql.unsafe<LineRow[]>(DESCRIBE_VIEWS)).map(({ line }) => line));
  }
  return lines.sort();
}

/**
 * What is wrong with the schema of a database, in lines; empty when it is as this program expects it.
 * What the owner has added beside it (in tables of his own, say) is told as well.
 */
export async function verifySchema(sql: Sql): Promise<string[]> {
  const found = new Set(await describeSchema(sql));
  const withViews = (await majorVersion(sql)) === VIEWS_OF_VERSION;
  const expected = new Set(
    readFileSync(EXPECTED_SCHEMA_FILE, "utf8")
      .split("\n")
      .filter((line) => line !== "" && (withViews || !line.startsWith("view text "))),
  );
  const broken = await sql.unsafe<{ name: string }[]>(BROKEN_INDEXES);
  return [
    ...[...expected].filter((line) => !found.has(line)).map((line) => `missing:    ${line}`),
    ...[...found].filter((line) => !expected.has(line)).map((line) => `unexpected: ${line}`),
    ...broken.map(({ name }) => `not valid:  index ${name}`),
  ];
}

async function majorVersion(sql: Sql): Promise<number> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version_num') as version`;
  return Math.floor(Number(row?.version) / 10_000);
}
