import { describe, expect, it } from "vitest";
import { FIRST_SEED, findPlant } from "./campaign.ts";
import { NO_PLANT, PLANTS } from "./planted.ts";
import { TEST_SEEDS } from "./test-seeds.ts";
import { runSeed } from "./world.ts";

const TIMEOUT_MS = 300_000;

describe("the simulation", () => {
  for (const plant of PLANTS) {
    it(`finds a planted bug: ${plant.name}`, { timeout: TIMEOUT_MS }, async () => {
      const { foundAfterSeeds, result } = await findPlant(plant, FIRST_SEED, TEST_SEEDS);
      console.log(`${plant.name}: found after ${foundAfterSeeds} seeds (${result?.violation?.rule})`);
      expect(foundAfterSeeds).not.toBeNull();
      expect(plant.breaks).toContain(result?.violation?.rule);
    });
  }

  it("finds nothing in the layer that plants bugs while it plants none", {
    timeout: TIMEOUT_MS,
  }, async () => {
    expect(await findPlant(NO_PLANT, FIRST_SEED, 60)).toMatchObject({ foundAfterSeeds: null });
  });

  it("runs a seed again exactly, step by step, with a trace and without", {
    timeout: TIMEOUT_MS,
  }, async () => {
    for (const seed of [3, 7, 11, 2 ** 40 + 5]) {
      const traces: string[][] = [[], []];
      const results = [];
      for (const lines of traces) {
        results.push(await runSeed(seed, { trace: (line) => lines.push(line) }));
      }
      results.push(await runSeed(seed));
      expect(traces[0]?.length).toBeGreaterThan(50);
      expect(traces[1]).toEqual(traces[0]);
      expect(new Set(results.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    }
  });

  it("differs from seed to seed", { timeout: TIMEOUT_MS }, async () => {
    const one = await runSeed(1);
    const other = await runSeed(2);
    expect(one.fingerprint).not.toBe(other.fingerprint);
  });
});
