import type { BenchOptions, BenchRow } from "./bench-row.ts";
import { benchGrowth } from "./core-growth.ts";
import { benchStreams } from "./core-streams.ts";
import { benchCoreWire } from "./core-wire.ts";

/** Everything that is measured of the matching core (performance.md's names). */
export function benchCore(options: BenchOptions): BenchRow[] {
  const wire = benchCoreWire(options.quick ? { commands: 2_000, runs: 2 } : { commands: 500_000, runs: 9 });
  return [...benchStreams(options), wire, ...benchGrowth(options)];
}
