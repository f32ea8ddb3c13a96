import { expect, it } from "vitest";
import { benchFanout } from "../bench/fanout.ts";

it("the fan-out bench runs: every copy proves true, and a client that reads nothing is left out", {
  timeout: 60_000,
}, async () => {
  const rows = new Map((await benchFanout({ quick: true, streams: null })).map((row) => [row.name, row]));
  for (const name of [
    "lag.p50",
    "lag.p99",
    "lag-beside-slow.p50",
    "lag-beside-slow.p99",
    "messages",
    "memory",
  ]) {
    expect(rows.get(`fanout.${name}`)?.runs).toBeGreaterThan(0);
  }
  expect(rows.get("fanout.lag-beside-slow.p99")?.note).toMatch(/left out|closed with 4001/);
});
