/**
 * `npm run restore -- --from FILE`: fills an empty database from a backup. Exit codes: 0 done, 1 not done (one line
 * says why, and nothing was changed but an empty schema), 2 wrong arguments.
 */
import process from "node:process";
import { endUnusable, readCommandLine } from "../../command-line.ts";
import { loadConfigOrExit } from "../../config/load.ts";
import { startEmbeddedPostgres } from "../../embedded/postgres.ts";
import { toolDatabaseUrl } from "../../embedded/tool-database.ts";
import { ArchiveError } from "../archive/archive-error.ts";
import { faultWords } from "../fault-words.ts";
import { grouped, Progress, shownDuration } from "../replay/progress.ts";
import { restore } from "./restore.ts";

const USAGE = `npm run restore -- --from FILE [--url URL | --data-directory FOLDER]

Fills an EMPTY database from a backup: reads the file to its end first, makes the schema of its version, loads
everything in one transaction, starts a new timeline, and brings the schema up to date. Any other database is
refused. Then: npm run audit, and start the engines.

  --from FILE              what npm run backup wrote
  --url URL                the database (default: as configured)
  --data-directory FOLDER  a new data folder for npm start (TRADE_ENGINE_DATA_DIRECTORY)
`;

const {
  from = endUnusable(USAGE, "--from is needed"),
  url,
  "data-directory": directory,
} = readCommandLine(USAGE, {
  options: { from: { type: "string" }, url: { type: "string" }, "data-directory": { type: "string" } },
}).values;
const output = {
  isTTY: process.stderr.isTTY === true,
  write: (text: string) => void process.stderr.write(text),
};
const progress = {
  checked: new Progress(output, undefined, "rows checked"),
  loaded: new Progress(output, undefined, "rows loaded"),
};
const startedMs = performance.now();
let stop = async (): Promise<void> => undefined;
try {
  const { tls } = loadConfigOrExit({ services: ["database"] }).database;
  const embedded = directory === undefined ? undefined : await startEmbeddedPostgres(directory);
  if (embedded !== undefined) stop = () => embedded.stop();
  const { header, rows, groups } = await restore({
    from,
    url: embedded?.url ?? toolDatabaseUrl(url),
    tls: embedded === undefined ? tls : undefined,
    onProgress: (step, done, total) => progress[step].at(done, total === 0 ? null : done / total),
  });
  progress.loaded.end();
  for (const { group, lastSequence, timeline } of groups) {
    process.stdout.write(
      `group ${group}: goes on behind sequence ${lastSequence}, on timeline ${timeline}\n`,
    );
  }
  const took = shownDuration(performance.now() - startedMs);
  process.stdout.write(
    `${grouped(rows)} rows as of ${header.takenAt} restored, ${took}. Next: npm run audit\n`,
  );
} catch (error) {
  progress.loaded.end();
  process.stderr.write(
    `Not restored: ${error instanceof ArchiveError ? error.message : faultWords(error)}\n`,
  );
  process.exitCode = 1;
} finally {
  await stop();
}
