/**
 * Program: `npm run test:chaos`. The whole system under load while its parts are killed, then everything
 * that clients and consumers were told held against the records. Exit 1 where anything is lost, doubled,
 * contradicted or told before it was committed.
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { endUnusable, readCommandLine } from "../../infra/command-line.ts";
import { runChaos } from "./chaos-run.ts";
import { isClean, reportText } from "./report-text.ts";

const USAGE = `npm run test:chaos -- [options]

  --kills N      faults to inject (default 200)
  --minutes M    no further fault after so many (default 30)
  --seed S       decides faults and load (default: of the clock)
  --rate R       commands a second (default 600)
  --log FILE     write what the programs print
  --json FILE    write {kills, commands, acknowledged, lost, doubled, uncommittedEvents, auditFindings,
                 takeoverMs: {p50, worst}, seed, …}
`;

const { values } = readCommandLine(USAGE, {
  options: {
    kills: { type: "string", default: "200" },
    minutes: { type: "string", default: "30" },
    seed: { type: "string" },
    rate: { type: "string", default: "600" },
    json: { type: "string" },
    log: { type: "string" },
  },
});
const [kills, minutes, rate] = [values.kills, values.minutes, values.rate].map(Number) as [
  number,
  number,
  number,
];
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (![kills, minutes, rate, seed].every((number) => Number.isFinite(number) && number > 0)) {
  endUnusable(USAGE, "--kills, --minutes, --rate and --seed take numbers above zero");
}

const startedMs = performance.now();
const report = await runChaos({
  kills,
  minutes,
  seed,
  rate,
  ...(values.log !== undefined && { logFile: values.log }),
  onProgress: (words) => {
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${words}\n`);
  },
});
process.stdout.write(`${reportText(report)}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(isClean(report) ? 0 : 1);
