import { expect, test } from "vitest";
import { clockCheck } from "../../../api/clock-check.ts";
import type { ServiceCheck } from "../../../api/ports.ts";
import { testApi } from "../../support/api-app.ts";

const working = (name: string): ServiceCheck => ({ name, check: () => Promise.resolve(true) });
const failing = (name: string): ServiceCheck => ({ name, check: () => Promise.reject(new Error("away")) });

async function ready(checks: readonly ServiceCheck[]) {
  const { app } = testApi({}, undefined, checks);
  const response = await app.request("/ready");
  return [response.status, await response.json()];
}

test("/ready names what it needs, and with 503 what fails", async () => {
  expect(await ready([working("database"), working("redis")])).toEqual([
    200,
    { status: "ready", services: { database: "ok", redis: "ok" } },
  ]);
  expect(await ready([working("database"), failing("redis")])).toEqual([
    503,
    { status: "not ready", services: { database: "ok", redis: "unavailable" } },
  ]);
});

test("a clock that is more than a second off the database's is not ready; a slow answer is no skew", async () => {
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs };
  const answer = (skewMs: number, tookMs = 0) =>
    clockCheck(clock, () => {
      nowMs += tookMs;
      return Promise.resolve(nowMs + skewMs);
    });
  expect(await ready([answer(900)])).toEqual([200, { status: "ready", services: {} }]);
  expect(await ready([answer(-900)])).toEqual([200, { status: "ready", services: {} }]);
  expect(await ready([answer(1_100)])).toEqual([
    503,
    { status: "not ready", services: { clock: "unavailable" } },
  ]);
  expect(await ready([answer(0, 1_900)])).toEqual([200, { status: "ready", services: {} }]);
});

test("/health says that the process runs", async () => {
  const { app } = testApi();
  const response = await app.request("/health");
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", version: "0.0.0-test" }]);
});

test("what is to be looked at and does no harm is named, and turns nobody away", async () => {
  const partitions = { ...failing("partitions"), quiet: true, harmless: true };
  expect(await ready([working("database"), partitions])).toEqual([
    200,
    { status: "ready", services: { database: "ok", partitions: "degraded" } },
  ]);
  expect(await ready([{ ...working("partitions"), quiet: true, harmless: true }])).toEqual([
    200,
    { status: "ready", services: {} },
  ]);
});
