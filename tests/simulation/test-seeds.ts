import process from "node:process";
import { expect } from "vitest";
import { FIRST_SEED, failureLine, runSeeds } from "./campaign.ts";
import { HAPPENINGS } from "./environment.ts";

/** How many seeds the tests run, in both halves together; `SIM_SEEDS` sets another number. */
export const TEST_SEEDS = Number(process.env["SIM_SEEDS"] ?? 2_000);

/** Seeds enough to see what is wrong, where something is. */
const ENOUGH_FAILURES = 3;

/** Runs one half of the seeds: two files, so that two cores share them. */
export async function expectPromisesHold(half: 0 | 1): Promise<void> {
  const count = Math.ceil(TEST_SEEDS / 2);
  let failed = 0;
  const { failures, seeds, commands, processes, happened } = await runSeeds(
    FIRST_SEED + half * count,
    count,
    (progress) => {
      failed = progress.failures.length;
    },
    () => failed >= ENOUGH_FAILURES,
  );
  expect(failures.map(failureLine).join("\n")).toBe("");
  // Otherwise nothing was tried.
  expect(commands).toBeGreaterThan(20 * seeds);
  expect(processes).toBeGreaterThan(3 * seeds);
  if (seeds >= 200) expect(HAPPENINGS.filter((what) => happened.get(what) === 0)).toEqual([]);
}
