import { expect, test } from "vitest";
import type { BenchRow } from "../bench/bench-row.ts";
import { benchLatency } from "../bench/latency.ts";
import { benchPipeline } from "../bench/pipeline.ts";
import { benchRecovery } from "../bench/recovery.ts";

/** That the benches run on the real stack, and name what they measure. How fast it was says nothing here. */

const QUICK = { quick: true, streams: null } as const;

function expectNames(rows: readonly BenchRow[], names: readonly string[]): void {
  const measured = rows.filter(({ runs, median }) => runs > 0 && median > 0).map(({ name }) => name);
  expect(measured).toEqual(expect.arrayContaining([...names]));
}

test("bench recovery --quick", async () => {
  expectNames(await benchRecovery(QUICK), [
    "recovery.warm.2000",
    "recovery.cold.2000",
    "recovery.redis.2000",
    "recovery.postgres.2000",
    "recovery.journal.2000",
  ]);
}, 240_000);

test("bench pipeline --quick", async () => {
  const names = ["pipeline.limit.publish", "pipeline.limit.insert", "pipeline.batch", "pipeline.single"];
  expectNames(await benchPipeline(QUICK), names);
}, 120_000);

test("bench latency --quick", async () => {
  const names = ["latency.floor.p50", "latency.1000.p50", "latency.1000.p99", "latency.1000.p99.9"];
  expectNames(await benchLatency(QUICK), names);
}, 120_000);
