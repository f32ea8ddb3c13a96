/**
 * `npm run sdk:generate`: the calls and types of the TypeScript client, out of docs/openapi.json. What is
 * written by hand (signing, retries, the stream) stands beside them and is not touched.
 *
 * `--check` writes nothing, and fails where the generated files are not what the document gives.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createClient } from "@hey-api/openapi-ts";
import { readCommandLine } from "../../command-line.ts";
import { inRoot } from "../launch/paths.mjs";

const GENERATED = inRoot("sdk/typescript/src/generated");

const USAGE = `npm run sdk:generate -- [--check]

Writes the calls and types of the TypeScript client, out of docs/openapi.json.

  --check    write nothing; fail where the files are not what the document gives
`;

const { values } = readCommandLine(USAGE, { options: { check: { type: "boolean", default: false } } });

if (values.check) {
  const directory = mkdtempSync(join(tmpdir(), "trade-engine-sdk-"));
  try {
    await generate(directory);
    const stale = differences(directory, GENERATED);
    for (const name of stale) process.stderr.write(`sdk/typescript/src/generated/${name} is stale\n`);
    if (stale.length > 0) process.stderr.write("npm run sdk:generate writes them anew.\n");
    process.exitCode = stale.length === 0 ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
} else {
  await generate(GENERATED);
}

async function generate(directory: string): Promise<void> {
  await createClient({
    input: inRoot("docs/openapi.json"),
    output: { path: directory, clean: true, importFileExtension: ".ts" },
    plugins: [
      "@hey-api/typescript",
      // One object with a method for each call. A client among a call's options would reach `new Request`,
      // where Deno takes it for one of its own and refuses it.
      { name: "@hey-api/sdk", operations: { strategy: "single", containerName: "TradeEngine" } },
      { name: "@hey-api/client-fetch", bundle: true },
    ],
    logs: { level: "error" },
  });
}

/** Files that are in one folder only, or not the same in both. */
function differences(made: string, kept: string): string[] {
  const names = new Set([made, kept].flatMap((folder) => filesOf(folder)));
  return [...names].filter((name) => textOf(made, name) !== textOf(kept, name)).sort();
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

function textOf(directory: string, name: string): string | null {
  try {
    return readFileSync(join(directory, name), "utf8");
  } catch {
    return null;
  }
}
