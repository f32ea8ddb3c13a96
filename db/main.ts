/**
 * Program: `main.ts [up] | revert [count] | show | verify | maintain | archive FOLDER`, for the configured database.
 *
 * up: brings the schema up to date, and makes the partitions of the time to come. revert: takes back the last migrations.
 * show: which are applied. verify: whether the schema is what this program expects; exit code 1 where it is not.
 * maintain: one turn of the maintenance that engines do by themselves. archive: writes the days of the journal that are
 * over to files.
 *
 * Connects directly, never through a transaction pool.
 */
import process from "node:process";
import postgres, { type Sql } from "postgres";
import { loadConfigOrExit } from "../infra/config/load.ts";
import { toolDatabaseUrl } from "../infra/embedded/tool-database.ts";
import { faultWords } from "../infra/tools/fault-words.ts";
import { Progress } from "../infra/tools/replay/progress.ts";
import { archiveJournal } from "./journal-archive.ts";
import { maintain } from "./maintenance.ts";
import { migrate, revert, showMigrations } from "./migrator.ts";
import type { PartitionHealth } from "./partition-health.ts";
import { verifySchema } from "./schema-description.ts";

const [action = "up", argument = ""] = process.argv.slice(2);
const { tls } = loadConfigOrExit({ services: ["database"], direct: true }).database;
const url = toolDatabaseUrl();
const log = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await run();
} catch (error) {
  // A driver's fault has a code; its message may hold more than is anybody's business.
  const isOurs = error instanceof Error && !("code" in error) && error.cause === undefined;
  process.stderr.write(`${isOurs ? error.message : `The database cannot be used: ${faultWords(error)}`}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  switch (action) {
    case "up": {
      const applied = await migrate(url, { log, tls });
      log(applied.length === 0 ? "the schema is up to date" : `${applied.length} migrations applied`);
      const { made } = await withDatabase((sql) => maintain(sql));
      if (made.length > 0) log(`${made.length} partitions made, up to ${made.toSorted().at(-1)}`);
      break;
    }
    case "revert": {
      const count = Number(argument === "" ? "1" : argument);
      if (!Number.isInteger(count) || count < 1) endWith(`revert takes how many migrations, not ${argument}`);
      await revert(url, count, { log, tls });
      break;
    }
    case "show":
      for (const { name, appliedAt } of await showMigrations(url, { tls })) {
        log(`${name}  ${appliedAt?.toISOString() ?? "not applied"}`);
      }
      break;
    case "verify": {
      const pending = (await showMigrations(url, { tls })).filter(({ appliedAt }) => appliedAt === null);
      for (const { name } of pending) log(`not applied: migration ${name} (npm run migrate)`);
      const faults = await withDatabase(verifySchema);
      for (const fault of faults) log(fault);
      const total = pending.length + faults.length;
      log(total === 0 ? "the schema is as it should be" : `${total} differences`);
      process.exitCode = total === 0 ? 0 : 1;
      break;
    }
    case "maintain": {
      const report = await withDatabase((sql) => maintain(sql));
      if (!report.ran) log("another process is at it");
      for (const name of report.made) log(`made ${name}`);
      for (const name of report.madeForStrays) log(`made ${name}, for rows of the default partition`);
      for (const name of report.dropped) log(`dropped ${name}`);
      for (const group of report.verifiedSnapshots) log(`verified the newest snapshot of group ${group}`);
      if (report.candlesPurged > 0) log(`removed ${report.candlesPurged} candles`);
      for (const line of healthLines(report.health)) log(line);
      process.exitCode = report.health.every(({ status }) => status === "ok") ? 0 : 1;
      break;
    }
    case "archive": {
      if (argument === "") endWith("archive takes the folder to write to");
      const progress = new Progress(
        { isTTY: process.stderr.isTTY === true, write: (text) => void process.stderr.write(text) },
        undefined,
        "rows",
      );
      const days = await archiveJournal(url, argument, {
        tls,
        log: (line) => {
          progress.end();
          log(line);
        },
        onProgress: (done, total) => progress.at(done, done / total),
      });
      log(days.length === 0 ? "every day that is over is archived" : `${days.length} days archived`);
      break;
    }
    default:
      endWith(`there is no ${action}: up, revert [count], show, verify, maintain or archive FOLDER`);
  }
}

async function withDatabase<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    max: 2,
    onnotice: () => undefined,
    ...(tls === undefined ? {} : { ssl: tls }),
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function healthLines(health: readonly PartitionHealth[]): string[] {
  return health.map(
    ({ table, status, partitions, partitionsAhead, words }) =>
      `${table}: ${partitions} partitions, ${partitionsAhead} ahead, ${words === "" ? status : `${status}: ${words}`}`,
  );
}

function endWith(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(2);
}
