/**
 * `npm run docs:generate`: the tables of the documents that say what the code says: settings, commands, metrics,
 * alerts. Each stands between two marks in its document. `--check` changes nothing and fails where one is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { alertTable } from "./docs/alerts.ts";
import { commandTable } from "./docs/commands.ts";
import { metricTable } from "./docs/metrics.ts";
import { settingTables } from "./docs/settings.ts";
import { inRoot } from "./launch/paths.mjs";

const tables: readonly { readonly file: string; readonly name: string; make(): string }[] = [
  { file: "docs/configuration.md", name: "settings", make: settingTables },
  { file: "docs/operations.md", name: "commands", make: commandTable },
  { file: "docs/observability.md", name: "metrics", make: metricTable },
  { file: "docs/observability.md", name: "alerts", make: alertTable },
];

const isCheck = process.argv.includes("--check");
for (const { file, name, make } of tables) {
  const before = readFileSync(inRoot(file), "utf8");
  const [begin, end] = [`<!-- generated: ${name} (npm run docs:generate) -->`, `<!-- end: ${name} -->`];
  const [head, rest] = before.split(begin);
  const [, tail] = (rest ?? "").split(end);
  if (head === undefined || tail === undefined)
    throw new Error(`${file} has no place for ${name}: ${begin} … ${end}`);
  const after = `${head}${begin}\n\n${make()}\n\n${end}${tail}`;
  if (after === before) continue;
  if (isCheck) {
    console.error(`${file} is stale (${name}): npm run docs:generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(inRoot(file), after);
    console.log(`${file}: ${name} written anew`);
  }
}
if (isCheck && process.exitCode === undefined)
  console.log("The generated parts of the documents are as the code.");
