/**
 * `npm run check`: every static check, one after the other, and a line for each at the end.
 *
 * All of them run even when one fails, so that one run shows everything there is to mend. `--only NAME` runs a
 * single one.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { endUnusable, readCommandLine } from "../command-line.ts";
import { inRoot, root } from "./launch/paths.mjs";

interface Check {
  readonly name: string;
  readonly what: string;
  readonly script: string;
  readonly args: readonly string[];
}

const sourceFolders = ["api", "console", "db", "engine", "infra", "sdk", "tests"].filter((folder) =>
  existsSync(inRoot(folder)),
);

const checks: readonly Check[] = [
  {
    name: "style",
    what: "format and lint",
    script: "node_modules/@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "."],
  },
  { name: "types", what: "types", script: "node_modules/typescript/bin/tsc", args: ["--project", "."] },
  {
    name: "console-types",
    what: "types of the console's modules",
    script: "node_modules/typescript/bin/tsc",
    args: ["--project", "console"],
  },
  {
    name: "sdk-types",
    what: "types of the TypeScript client",
    script: "node_modules/typescript/bin/tsc",
    args: ["--project", "sdk/typescript", "--noEmit"],
  },
  {
    name: "sdk",
    what: "the client is what the document gives",
    script: "infra/dev/sdk/main.ts",
    args: ["--check"],
  },
  {
    name: "imports",
    what: "import directions and cycles",
    script: "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
    args: ["--config", ".dependency-cruiser.mjs", ...sourceFolders],
  },
  {
    name: "openapi",
    what: "the OpenAPI document: lint, drift, breaking changes",
    script: "tests/document/main.ts",
    args: ["check"],
  },
  {
    name: "docs",
    what: "generated parts of the documents",
    script: "infra/dev/docs.ts",
    args: ["--check"],
  },
  {
    name: "schema",
    what: "database schema: code, migrations, documents",
    script: "infra/dev/schema-check.ts",
    args: [],
  },
  { name: "unused", what: "dead code", script: "node_modules/knip/bin/knip.js", args: ["--no-progress"] },
];

const USAGE = `npm run check -- [--only NAME]

${checks.map(({ name, what }) => `  ${name.padEnd(14)} ${what}`).join("\n")}
`;

const { values } = readCommandLine(USAGE, { options: { only: { type: "string" } } });
const chosen = checks.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  const names = checks.map(({ name }) => name).join(", ");
  endUnusable(USAGE, `there is no check "${values.only}", there are ${names}`);
}

const results = [];
for (const check of chosen) {
  console.log(`\n── ${check.what} (${check.name})`);
  const startedAt = performance.now();
  const passed = await run(check);
  results.push({ check, passed, seconds: (performance.now() - startedAt) / 1000 });
}

console.log("\nStatic checks:");
for (const { check, passed, seconds } of results) {
  console.log(
    `  ${passed ? "ok    " : "FAILED"}  ${check.what.padEnd(30)} ${seconds.toFixed(1).padStart(5)} s`,
  );
}
const failed = results.filter(({ passed }) => !passed);
console.log(
  failed.length === 0 ? "All checks are ok." : `${failed.length} of ${results.length} checks failed.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function run({ script, args }: Check): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inRoot(script), ...args], { cwd: root, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0));
  });
}
