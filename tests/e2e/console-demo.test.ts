import process from "node:process";
import { afterAll, expect, test } from "vitest";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { type ServiceProcess, startProcess } from "../../infra/dev/services/process.ts";
import { dataFolder } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";

/** `npm run demo`, as a newcomer types it. */

const folder = dataFolder();
let demo: ServiceProcess | undefined;

afterAll(async () => {
  await demo?.stop();
  folder.remove();
});

test("a living market is there when it says so, and Ctrl-C ends everything", async () => {
  const lines: string[] = [];
  let onReady: (origin: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => {
    onReady = resolve;
  });
  demo = await startProcess({
    name: "demo",
    program: process.execPath,
    args: [inRoot("infra/dev/launch.mjs"), "demo", "--port", "0"],
    cwd: inRoot(),
    env: { ...process.env, TRADE_ENGINE_DATA_DIRECTORY: folder.directory },
    onLine: (line) => {
      lines.push(line);
      const found = /^\s+(http:\/\/127\.0\.0\.1:\d+)\/$/.exec(line)?.[1];
      if (found !== undefined) onReady(found);
    },
  });
  const ended = demo.exited.then(() => Promise.reject(new Error(`it ended:\n${lines.join("\n")}`)));
  const origin = await Promise.race([ready, ended]);
  const alice = new HttpCaller(origin, "alice");
  for (const pair of ["BTC-USDT", "XRP-USDT"]) {
    const { body: depth } = await alice.get(`/markets/${pair}/depth?limit=10`);
    expect([pair, depth.bids.length, depth.asks.length]).toEqual([pair, 10, 10]);
    const { body: tape } = await alice.get(`/markets/${pair}/trades?limit=20`);
    expect([pair, tape.trades.length]).toEqual([pair, 20]);
  }
  const { body: before } = await alice.get("/markets/BTC-USDT/trades?limit=1");
  await expect
    .poll(async () => (await alice.get("/markets/BTC-USDT/trades?limit=1")).body.trades[0].tradeId, {
      timeout: 20_000,
    })
    .not.toBe(before.trades[0].tradeId);
  const stopped = await demo.stop({ signal: "SIGINT", deadlineMs: 40_000 });
  expect(stopped).toEqual({ code: 0, signal: null });
  await expect(fetch(origin)).rejects.toThrow();
});
