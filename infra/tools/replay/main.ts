/**
 * `npm run replay`: drives a running engine with recorded order flow through the public HTTP API, and
 * compares what came of it with a record where one is given. Exit codes: 0 done (and as expected),
 * 1 it differs or could not go on, 2 the arguments are wrong.
 */
import { randomUUID } from "node:crypto";
import process from "node:process";
import { endUnusable, UsageError } from "../../command-line.ts";
import { ApiClient, ApiRefusedError, ApiUnreachableError } from "../api-client/client.ts";
import { readDepth } from "../api-client/endpoints.ts";
import { MalformedLineError } from "./flow-command.ts";
import { parseOptions, USAGE } from "./options.ts";
import { Progress } from "./progress.ts";
import { NotReadyError, runReplay } from "./session.ts";
import { comparisonLines, summaryLines } from "./summary.ts";
import { UnreadableFileError } from "./text-lines.ts";

const TOP_LEVELS = 5;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const progress = new Progress({
    isTTY: process.stderr.isTTY === true,
    write: (text) => void process.stderr.write(text),
  });
  let retries = 0;
  let notedMs = Number.NEGATIVE_INFINITY;
  const client = new ApiClient({
    urls: options.urls,
    token: options.token,
    onRetry: (reason) => {
      retries += 1;
      if (performance.now() - notedMs < RETRY_NOTE_EVERY_MS) return;
      notedMs = performance.now();
      progress.note(`asking again: ${reason}`);
    },
  });
  const result = await runReplay(options, client, progress, randomUUID());
  progress.end();
  const book = await readDepth(client, options.symbol, TOP_LEVELS);
  const lines = summaryLines(result.tally, result.stats, result.elapsedMs, book);
  if (retries > 0) lines.push(`  asked again  ${retries} times, for an answer that was not certain`);
  lines.push(...result.comparisons.flatMap(comparisonLines));
  process.stdout.write(`${lines.join("\n")}\n`);
  if (result.stopped !== null) {
    process.stderr.write(`Stopped at ${result.stopped.message}\n`);
    return 1;
  }
  return result.comparisons.every(({ differences }) => differences === 0) ? 0 : 1;
}

/** An engine that is away gives many retries: one in a while is enough to read. */
const RETRY_NOTE_EVERY_MS = 5_000;

/** Faults that the one at the keyboard can do something about: their message is all there is to say. */
const EXPECTED = [
  ApiRefusedError,
  ApiUnreachableError,
  MalformedLineError,
  NotReadyError,
  UnreadableFileError,
] as const;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) endUnusable(USAGE, error.message);
  if (EXPECTED.some((kind) => error instanceof kind)) {
    process.stderr.write(`\n${(error as Error).message}\n`);
    process.exitCode = 1;
  } else throw error;
}
