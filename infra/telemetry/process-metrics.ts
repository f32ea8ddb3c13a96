import process from "node:process";
import type { Metrics } from "./metrics.ts";

/** How often the event loop is asked whether it is late. */
const LAG_EVERY_MS = 100;
const MS = 1_000;
const MICROSECONDS = 1_000_000;

/**
 * What every process tells of itself: memory, processor time, how late its event loop runs. (prom-client's own
 * defaults read /proc, which programs may not under Deno.)
 */
export function measureProcess(metrics: Metrics, program: string, version: string): void {
  const runtime =
    "deno" in process.versions ? `deno ${process.versions["deno"]}` : `node ${process.versions.node}`;
  metrics.of("buildInfo").set({ program, version, runtime }, 1);
  metrics.of("startTime").set(Math.round(Date.now() / MS - process.uptime()));
  let cpuSeconds = 0;
  metrics.beforeEachLook(() => {
    metrics.of("residentMemory").set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    const now = (user + system) / MICROSECONDS;
    metrics.of("cpuSeconds").inc(Math.max(0, now - cpuSeconds));
    cpuSeconds = Math.max(now, cpuSeconds);
  });
  const lag = metrics.of("loopLag");
  let askedAt = performance.now();
  setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - askedAt - LAG_EVERY_MS) / MS);
    askedAt = now;
  }, LAG_EVERY_MS).unref();
}
