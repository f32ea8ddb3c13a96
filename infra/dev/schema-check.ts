/**
 * `npm run check -- --only schema`: schema code, migrations, what a database is verified against and the generated part
 * of docs/database-schema.md say the same. Makes a database of its own out of the migrations to see.
 *
 * With `--write` (`npm run schema:write`) it writes the two files that follow from the migrations.
 */
import { readFileSync, writeFileSync } from "node:fs";
import postgres from "postgres";
import { migrate } from "../../db/migrator.ts";
import { describeSchema, EXPECTED_SCHEMA_FILE } from "../../db/schema-description.ts";
import { inRoot } from "./launch/paths.mjs";
import { differencesFromCode, ungeneratedStatements } from "./schema/declared-schema.ts";
import { documentWith } from "./schema/schema-document.ts";
import { startPostgres } from "./services/postgres.ts";

const isWriting = process.argv.includes("--write");
const documentFile = inRoot("docs/database-schema.md");

const described = await describeFresh();
const document = readFileSync(documentFile, "utf8");
const expected = `${described.join("\n")}\n`;
const written = documentWith(document, described);
if (isWriting) {
  writeFileSync(EXPECTED_SCHEMA_FILE, expected);
  writeFileSync(documentFile, written);
}

const faults = [
  ...(await ungeneratedStatements()).map(
    (statement) => `db/schema has what no migration makes (drizzle-kit generate would write): ${statement}`,
  ),
  ...differencesFromCode(described),
];
if (!isWriting && readFileSync(EXPECTED_SCHEMA_FILE, "utf8") !== expected) {
  faults.push("db/expected-schema.txt is not what the migrations make: npm run schema:write");
}
if (!isWriting && document !== written) {
  faults.push("docs/database-schema.md is not what the migrations make: npm run schema:write");
}
for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log(`${described.length} facts of the schema agree everywhere.`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** What the migrations make of an empty database. */
async function describeFresh(): Promise<string[]> {
  const server = await startPostgres({ durable: false });
  try {
    await migrate(server.url);
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    try {
      return await describeSchema(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  } finally {
    await server.remove();
  }
}
