import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { widenInliningBudget } from "../../infra/inlining-budget.ts";
import { type BenchOptions, type BenchRow, tableOf } from "./bench-row.ts";
import { benchCore } from "./core.ts";
import { benchFanout } from "./fanout.ts";
import { benchLatency } from "./latency.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchQueries } from "./queries.ts";
import { benchRecovery } from "./recovery.ts";

/**
 * npm run bench -- [core …] [--quick] [--streams DIR] [--rows N] [--json FILE]
 *
 * Without a name everything is measured. Figures of one run can be compared with each other, not with
 * another machine's or another day's.
 */
const GROUPS: Readonly<Record<string, (options: BenchOptions) => BenchRow[] | Promise<BenchRow[]>>> = {
  core: benchCore,
  pipeline: benchPipeline,
  latency: benchLatency,
  recovery: benchRecovery,
  queries: benchQueries,
  fanout: benchFanout,
};

// As in the programs that match.
widenInliningBudget();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    streams: { type: "string" },
    rows: { type: "string" },
    json: { type: "string" },
  },
});

const names = positionals.length === 0 ? Object.keys(GROUPS) : positionals;
const rows: BenchRow[] = [];
for (const name of names) {
  const bench = GROUPS[name];
  if (bench === undefined) {
    console.error(`There is no bench "${name}". There are: ${Object.keys(GROUPS).join(", ")}.`);
    process.exit(2);
  }
  const given = values.rows === undefined ? null : Number(values.rows);
  rows.push(...(await bench({ quick: values.quick, streams: values.streams ?? null, rows: given })));
}
console.log(tableOf(rows));
if (values.json !== undefined) {
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
