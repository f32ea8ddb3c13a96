/**
 * `npm run scenarios`: takes scenario files through the core or a running engine. Exit codes: 0 all as
 * expected, 1 some differ or it could not go on, 2 the arguments or a file are wrong.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { endUnusable, UsageError } from "../../command-line.ts";
import { ApiClient, ApiRefusedError, ApiUnreachableError } from "../api-client/client.ts";
import { CoreEngine } from "./core-engine.ts";
import type { ScenarioEngine } from "./engine.ts";
import { HttpEngine } from "./http-engine.ts";
import { parseOptions, type ScenarioOptions, USAGE } from "./options.ts";
import { parseScenarios } from "./parse.ts";
import { failureLines, summaryLines } from "./report.ts";
import { runScenarios } from "./run.ts";
import { MalformedScenarioError, type Scenario } from "./scenario.ts";

/** Most of a scenario over HTTP is waiting for an answer. */
const PARALLEL_OVER_HTTP = 4;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const scenarios = (await Promise.all(options.files.map(readScenarios)))
    .flat()
    .filter(({ name }) => name.includes(options.only));
  const parallel = options.http === null ? 1 : PARALLEL_OVER_HTTP;
  const results = await runScenarios(scenarios, engineOf(options), parallel, (result) => {
    if (result.failures.length > 0) print(failureLines(result));
  });
  print(
    summaryLines(
      results,
      options.http === null ? "through the core" : `over HTTP, ${options.http.join(" and ")}`,
    ),
  );
  const failed = results.some(
    ({ failures, unchecked }) => failures.length > 0 || (options.strict && unchecked.size > 0),
  );
  return failed ? 1 : 0;
}

function engineOf({ http, token, tokenPrefix }: ScenarioOptions): ScenarioEngine {
  return http === null ? new CoreEngine() : new HttpEngine(new ApiClient({ urls: http, token }), tokenPrefix);
}

async function readScenarios(path: string): Promise<Scenario[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parseScenarios(text);
  } catch (error) {
    throw error instanceof MalformedScenarioError ? new UsageError(`${path}: ${error.message}`) : error;
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) endUnusable(USAGE, error.message);
  if (error instanceof ApiRefusedError || error instanceof ApiUnreachableError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}
