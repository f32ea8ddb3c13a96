import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { endUnusable, readCommandLine } from "../../infra/command-line.ts";
import { widenInliningBudget } from "../../infra/inlining-budget.ts";
import { type BenchOptions, type BenchRow, tableOf } from "./bench-row.ts";
import { benchCore } from "./core.ts";
import { benchFanout } from "./fanout.ts";
import { benchLatency } from "./latency.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchQueries } from "./queries.ts";
import { benchRecovery } from "./recovery.ts";

/**
 * Program: `npm run bench`. Figures of one run can be compared with each other, not with another machine's or
 * another day's.
 */
const GROUPS: Readonly<Record<string, (options: BenchOptions) => BenchRow[] | Promise<BenchRow[]>>> = {
  core: benchCore,
  pipeline: benchPipeline,
  latency: benchLatency,
  recovery: benchRecovery,
  queries: benchQueries,
  fanout: benchFanout,
};

const USAGE = `npm run bench -- [NAME…] [options]

  NAME             ${Object.keys(GROUPS).join(", ")} (default: all of them)
  --quick          fewer rounds, for a look
  --streams DIR    recorded order flow for the core, in place of the made one
  --rows N         so many orders: resting for recovery, of history for queries
  --json FILE      write the figures there as well
`;

const { values, positionals } = readCommandLine(USAGE, {
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    streams: { type: "string" },
    rows: { type: "string" },
    json: { type: "string" },
  },
});

const names = positionals.length === 0 ? Object.keys(GROUPS) : positionals;
const unknown = names.find((name) => GROUPS[name] === undefined);
if (unknown !== undefined) endUnusable(USAGE, `there is no bench "${unknown}"`);
const given = values.rows === undefined ? null : Number(values.rows);
if (given !== null && !(Number.isSafeInteger(given) && given > 0)) {
  endUnusable(USAGE, `--rows ${values.rows}: a whole number above zero`);
}

// As in the programs that match.
widenInliningBudget();

const rows: BenchRow[] = [];
for (const name of names) {
  const bench = GROUPS[name];
  if (bench === undefined) continue;
  rows.push(...(await bench({ quick: values.quick, streams: values.streams ?? null, rows: given })));
}
console.log(tableOf(rows));
if (values.json !== undefined) {
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
