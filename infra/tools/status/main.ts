/**
 * `npm run status [-- --url URL]`: what the database says of every symbol group: epoch, sequence, events behind,
 * open orders, snapshot. Exit codes: 0 told, 1 the database cannot be asked, 2 wrong arguments.
 */
import process from "node:process";
import postgres from "postgres";
import { readCommandLine } from "../../command-line.ts";
import { toolDatabaseUrl } from "../../embedded/tool-database.ts";
import { faultWords } from "../fault-words.ts";
import { readStatus } from "./read-status.ts";
import { statusLines } from "./status-lines.ts";

const USAGE = `npm run status -- [--url URL]

What the database says of every symbol group: epoch, sequence, events behind, open orders, snapshot.

  --url URL    the database (default: as configured, or that of an npm start that runs)
`;

const { values } = readCommandLine(USAGE, { options: { url: { type: "string" } } });
const sql = postgres(toolDatabaseUrl(values.url), {
  max: 1,
  connect_timeout: 5,
  fetch_types: false,
  onnotice: () => undefined,
});
try {
  process.stdout.write(`${statusLines(await readStatus(sql), Date.now()).join("\n")}\n`);
} catch (error) {
  process.stderr.write(`The database cannot be asked: ${faultWords(error)}\n`);
  process.exitCode = 1;
} finally {
  await sql.end({ timeout: 1 });
}
