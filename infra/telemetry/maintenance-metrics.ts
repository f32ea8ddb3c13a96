import type { Metrics } from "./metrics.ts";

/** Counts a run of maintenance. */
export function countMaintenance(metrics: Metrics, result: "ok" | "failed"): void {
  metrics.of("maintenance").inc({ result });
  if (result === "ok") metrics.of("maintenanceSuccess").set(Math.floor(Date.now() / 1_000));
}
