/**
 * `npm run backup -- --to FILE|FOLDER`: the whole database as it is at one moment, in one file, while trading goes
 * on. Exit codes: 0 done, 1 not done (one line says why), 2 wrong arguments.
 */
import process from "node:process";
import { endUnusable, readCommandLine } from "../../command-line.ts";
import { loadConfigOrExit } from "../../config/load.ts";
import { toolDatabaseUrl } from "../../embedded/tool-database.ts";
import { ArchiveError } from "../archive/archive-error.ts";
import { faultWords } from "../fault-words.ts";
import { grouped, Progress, shownDuration } from "../replay/progress.ts";
import { backup } from "./backup.ts";

const USAGE = `npm run backup -- --to FILE|FOLDER [--url URL]

Writes the whole database, as it is at one moment, into one compressed file with a checksum, while trading
goes on. In a folder the file is named after the moment. Nothing is written over.

  --to PATH    a file that is not there yet, or a folder
  --url URL    the database (default: as configured, or that of an npm start that runs)
`;

const { to = endUnusable(USAGE, "--to is needed"), url } = readCommandLine(USAGE, {
  options: { to: { type: "string" }, url: { type: "string" } },
}).values;
const progress = new Progress(
  { isTTY: process.stderr.isTTY === true, write: (text) => void process.stderr.write(text) },
  undefined,
  "rows",
);
const startedMs = performance.now();
try {
  const { tls } = loadConfigOrExit({ services: ["database"] }).database;
  const report = await backup({
    url: toolDatabaseUrl(url),
    tls,
    to,
    onProgress: (done, total) => progress.at(done, total === 0 ? null : done / total),
  });
  progress.end();
  const { header, rows, bytes, file } = report;
  for (const { group, lastSequence } of header.groups) {
    process.stdout.write(`group ${group}: up to sequence ${lastSequence}\n`);
  }
  const took = shownDuration(performance.now() - startedMs);
  process.stdout.write(
    `${grouped(rows)} rows of ${header.tables.length} tables in ${grouped(Math.ceil(bytes / 1024))} KiB, ${took}: ${file}\n`,
  );
} catch (error) {
  progress.end();
  process.stderr.write(`No backup: ${error instanceof ArchiveError ? error.message : faultWords(error)}\n`);
  process.exitCode = 1;
}
