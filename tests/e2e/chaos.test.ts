import { expect, test } from "vitest";
import { runChaos } from "../chaos/chaos-run.ts";
import { reportText } from "../chaos/report-text.ts";

/** The short form of `npm run test:chaos`; a seed of the environment repeats one. */

const SEED = Number(process.env["CHAOS_SEED"] ?? "") || 1 + (Date.now() % 1_000_000);
const KILLS = 10;

test("killing everything in turn loses nothing, doubles nothing and tells nothing uncommitted", async () => {
  const report = await runChaos({
    kills: KILLS,
    minutes: 3,
    seed: SEED,
    rate: 300,
    onProgress: () => undefined,
  });
  expect(report.wrong, reportText(report)).toEqual([]);
  expect(report.kills).toBe(KILLS);
  expect(report.acknowledged).toBeGreaterThan(500);
  expect(report.events).toBeGreaterThan(100);
}, 300_000);
