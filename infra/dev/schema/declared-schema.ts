import { readFileSync } from "node:fs";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { is } from "drizzle-orm";
import { getTableConfig, isPgEnum, PgTable } from "drizzle-orm/pg-core";
import * as schema from "../../../db/schema/index.ts";
import { inRoot } from "../launch/paths.mjs";

/** Tables that the code declares. */
export const declaredTables: readonly PgTable[] = Object.values<unknown>(schema).filter(
  (each): each is PgTable => is(each, PgTable),
);

/** The migrator's own. */
const UNDECLARED = new Set(["schema_migrations"]);

/** Statements that `drizzle-kit generate` would write: what the code declares beyond the last migration. */
export async function ungeneratedStatements(): Promise<string[]> {
  const folder = inRoot("db/migrations/meta");
  const journal = JSON.parse(readFileSync(`${folder}/_journal.json`, "utf8")) as {
    entries: { idx: number }[];
  };
  const last = Math.max(...journal.entries.map(({ idx }) => idx));
  const snapshot = JSON.parse(
    readFileSync(`${folder}/${String(last).padStart(4, "0")}_snapshot.json`, "utf8"),
  ) as Parameters<typeof generateMigration>[0];
  return generateMigration(snapshot, generateDrizzleJson({ ...schema }, snapshot.id));
}

/**
 * Where code and database differ, a line each: tables, columns with their types, enums, and the names
 * of indexes and constraints.
 * @param described lines of `describeSchema()`
 */
export function differencesFromCode(described: readonly string[]): string[] {
  const inCode = new Set(codeLines());
  const inDatabase = new Set(described.flatMap((line) => comparable(line)));
  return [
    ...[...inCode].filter((line) => !inDatabase.has(line)).map((line) => `only in db/schema:      ${line}`),
    ...[...inDatabase].filter((line) => !inCode.has(line)).map((line) => `only in the migrations: ${line}`),
  ];
}

function codeLines(): string[] {
  const enums = Object.values<unknown>(schema)
    .filter(isPgEnum)
    .map(({ enumName, enumValues }) => `enum ${enumName} ${enumValues.join(", ")}`);
  const tables = declaredTables.flatMap((table) => {
    const { name, columns, indexes, primaryKeys, checks } = getTableConfig(table);
    const columnKey = columns.some(({ primary }) => primary) ? [`${name}_pkey`] : [];
    return [
      `table ${name}`,
      ...columns.map(
        (column) =>
          `column ${name}.${column.name} ${column.getSQLType()}${column.notNull ? " not null" : ""}`,
      ),
      ...indexes.map(({ config }) => `index ${config.name}`),
      ...[...columnKey, ...primaryKeys.map((key) => key.getName())].map((key) => `constraint ${name}.${key}`),
      ...checks.map((check) => `constraint ${name}.${check.name}`),
    ];
  });
  return [...enums, ...tables];
}

/** A described line cut down to what the code can say; none where it says nothing of it. */
function comparable(line: string): string[] {
  const [kind, name = ""] = line.split(" ");
  const table = name.split(".")[0] ?? "";
  if (kind === "enum") return [line];
  if (kind === "table" && !line.endsWith("default partition") && !line.includes("default partition")) {
    return UNDECLARED.has(name) ? [] : [`table ${name}`];
  }
  if (kind === "column" && isDeclared(table)) {
    return [line.replace(/ (identity|default ).*$/, "")];
  }
  if (kind === "constraint" && isDeclared(table)) return [`constraint ${name}`];
  // A key's index is told by its constraint, and views are not the code's.
  if (kind === "index" && !name.endsWith("_pkey") && isDeclared(tableOfIndex(line))) return [`index ${name}`];
  return [];
}

const declaredNames = new Set(declaredTables.map((table) => getTableConfig(table).name));

/** Of views nothing is declared; of a table that the code lacks its own line tells. */
function isDeclared(table: string): boolean {
  return declaredNames.has(table);
}

function tableOfIndex(line: string): string {
  return /\son (\w+) USING/.exec(line)?.[1] ?? "";
}
