/**
 * `npm run audit`: checks the database against every guarantee that shows at rest, and says in plain
 * words what does not hold. Exit codes: 0 everything holds, 1 something does not, 2 it could not look.
 */
import process from "node:process";
import { endUnusable, UsageError } from "../../command-line.ts";
import { toolDatabaseUrl } from "../../embedded/tool-database.ts";
import { Progress } from "../replay/progress.ts";
import { auditRecords, UnknownSymbolError } from "./audit.ts";
import { parseOptions, USAGE } from "./options.ts";
import { UnreadableRecordsError } from "./records-view.ts";
import { reportLines } from "./report-lines.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const url = toolDatabaseUrl(options.url);
  const progress = new Progress({
    isTTY: process.stderr.isTTY === true,
    write: (text) => void process.stderr.write(text),
  });
  const startedMs = performance.now();
  try {
    const report = await auditRecords({
      url,
      symbol: options.symbol,
      onProgress: (done, total) => progress.at(done, total === 0 ? null : done / total),
    });
    progress.end();
    process.stdout.write(`${reportLines(report, performance.now() - startedMs).join("\n")}\n`);
    return report.total === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) endUnusable(USAGE, error.message);
  if (error instanceof UnknownSymbolError || error instanceof UnreadableRecordsError) {
    process.stderr.write(`${error.message}\n`);
  } else throw error;
  process.exitCode = 2;
}
