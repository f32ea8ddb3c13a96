import { writeFileSync } from "node:fs";
import process from "node:process";
import { endUnusable, readCommandLine } from "../../infra/command-line.ts";
import { FIRST_SEED, failureLine, findPlant, type Progress, runSeeds } from "./campaign.ts";
import { PLANTS } from "./planted.ts";
import { runSeed } from "./world.ts";

/**
 * Program: `npm run sim`. Engines under simulated faults, seed after seed, and how many seeds it takes to
 * find bugs planted on purpose. Exit 1 where a seed fails or a planted bug is not found.
 */

const USAGE = `npm run sim -- [options]
  --seeds N     how many seeds (default 1,000; 1 with --seed alone)
  --seed S      the first seed (default ${FIRST_SEED})
  --trace       every step of the seed, on standard output
  --plant NAME  run with a planted bug: ${PLANTS.map(({ name }) => `"${name}"`).join(", ")}
  --json FILE   write {seeds, failures, planted: [{name, foundAfterSeeds}]}
`;
const PLANT_SEEDS = 500;
const TELL_EVERY_MS = 2_000;

const { values } = readCommandLine(USAGE, {
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    json: { type: "string" },
    plant: { type: "string" },
    trace: { type: "boolean" },
  },
});
const first = wholeNumber(values.seed, FIRST_SEED);
const count = wholeNumber(values.seeds, values.seed === undefined ? 1_000 : 1);
const plant = PLANTS.find(({ name }) => name === values.plant) ?? null;
if (values.plant !== undefined && plant === null) {
  endUnusable(USAGE, `no planted bug has this name: ${values.plant}`);
}

if (values.trace === true || plant !== null) {
  for (let seed = first; seed < first + count; seed++) {
    const trace = values.trace === true ? (line: string) => process.stdout.write(`${line}\n`) : null;
    const result = await runSeed(seed, { plant, trace });
    process.stdout.write(
      result.violation === null ? `seed ${seed}: every promise held\n` : `${failureLine(result)}\n`,
    );
    if (result.violation !== null) process.exitCode = 1;
  }
} else {
  await campaign();
}

async function campaign(): Promise<void> {
  const startedMs = performance.now();
  let toldMs = startedMs;
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  const tell = (progress: Progress): void => {
    const { seeds, commands, processes, failures } = progress;
    const rate = (seeds / seconds()).toFixed(0);
    process.stdout.write(
      `${seeds} of ${count} seeds, ${rate}/s: ${commands} commands, ${processes} engine processes, ${failures.length} failures\n`,
    );
  };
  const progress = await runSeeds(first, count, (now) => {
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    tell(now);
  });
  tell(progress);
  for (const result of progress.failures.slice(0, 20)) process.stdout.write(`${failureLine(result)}\n`);

  process.stdout.write("what happened:\n");
  for (const [what, times] of progress.happened) process.stdout.write(`  ${what.padEnd(44)} ${times}\n`);
  process.stdout.write("planted bugs, and the seeds it took to find them:\n");
  const planted: { name: string; foundAfterSeeds: number | null }[] = [];
  for (const bug of PLANTS) {
    const { name, foundAfterSeeds, result } = await findPlant(bug, first, PLANT_SEEDS);
    planted.push({ name, foundAfterSeeds });
    const found = foundAfterSeeds === null ? `not within ${PLANT_SEEDS}` : String(foundAfterSeeds);
    process.stdout.write(`  ${name.padEnd(32)} ${found.padStart(4)}  ${result?.violation?.rule ?? ""}\n`);
  }
  if (values.json !== undefined) {
    const report = { seeds: progress.seeds, failures: progress.failures.length, planted };
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  const missed = planted.some(({ foundAfterSeeds }) => foundAfterSeeds === null);
  if (progress.failures.length > 0 || missed) process.exitCode = 1;
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll(",", ""));
  if (!Number.isSafeInteger(value) || value < 0) endUnusable(USAGE, `not a whole number: ${text}`);
  return value;
}
