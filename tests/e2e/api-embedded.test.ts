import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  dataFolder,
  type EmbeddedRun,
  type ServingRuntime,
  startEmbedded,
} from "../support/embedded-engine.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";

/** The one-process run from outside: started, traded on, killed, started again. */

let folder: ReturnType<typeof dataFolder>;
let run: EmbeddedRun | null = null;

beforeEach(() => {
  folder = dataFolder();
});

afterEach(async () => {
  await run?.stop();
  run = null;
  folder.remove();
});

describe.each<ServingRuntime>(["deno", "node"])("on %s", (runtime) => {
  test("the printed curls place two orders that cross; after kill -9 everything is there, in queue order", async () => {
    run = await startEmbedded(runtime, folder.directory);
    const alice = new HttpCaller(run.origin, "alice");
    const bob = alice.as("bob");
    const [sell = [], buy = [], depthOf = []] = printedCurls(run.output());
    expect(await curl(sell)).toMatchObject({ userId: "alice", side: "SELL", status: "OPEN" });
    expect(await curl(depthOf)).toMatchObject({ asks: [{ price: "50000.00", orders: 1 }], bids: [] });
    expect(await curl(buy)).toMatchObject({
      userId: "bob",
      side: "BUY",
      status: "FILLED",
      filledQuote: "500.00",
    });
    expect(await curl(depthOf)).toMatchObject({ asks: [], bids: [] });
    const { body: bobs } = await bob.get("/trades");
    expect(bobs.trades).toMatchObject([
      { price: "50000.00", side: "BUY", liquidity: "TAKER", quoteQuantity: "500.00" },
    ]);

    // Three makers at one price, of which the first is filled in part, and one behind them.
    const makers = [];
    for (const user of ["m1", "m2", "m3"])
      makers.push((await alice.as(user).place("SELL", "1", "50100.00")).body.orderId);
    await alice.as("m4").place("SELL", "1", "50200.00");
    await bob.place("BUY", "0.25", "50100.00");
    const before = await alice.get("/markets/BTC-USDT/depth");
    const key = "placed-before-the-kill";
    const kept = await bob.place("BUY", "1", "40000.00", {}, { key });

    await run.kill();
    run = await startEmbedded(runtime, folder.directory);
    const caller = new HttpCaller(run.origin, "alice");
    const after = await caller.get("/markets/BTC-USDT/depth");
    expect(after.body.asks).toEqual(before.body.asks);
    expect(after.body.bids).toEqual([{ price: "40000.00", quantity: expect.any(String), orders: 1 }]);
    expect((await caller.as("bob").get("/trades")).body.trades).toHaveLength(2);
    const again = await caller.as("bob").place("BUY", "1", "40000.00", {}, { key });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.body).toEqual(kept.body);

    // The first maker's rest comes first, then the second's, whole, then a part of the third's.
    const taker = await caller
      .as("carol")
      .place("BUY", "2", "50100.00", { timeInForce: "IOC", responseType: "FULL" });
    expect(taker.body.fills.map((fill: Json) => Number(fill.quantity))).toEqual([0.75, 1, 0.25]);
    const states = await Promise.all(
      makers.map(async (orderId, at) => (await caller.as(`m${at + 1}`).get(`/orders/${orderId}`)).body),
    );
    expect(states.map((state) => [state.status, Number(state.remainingQuantity)])).toEqual([
      ["FILLED", 0],
      ["FILLED", 0],
      ["PARTIALLY_FILLED", 0.75],
    ]);
    expect(await run.stop()).toBe(0);
    run = null;
  });
});

test("a port that is taken and a data folder that is in use end the start with one line", async () => {
  run = await startEmbedded("node", folder.directory);
  const other = dataFolder();
  const port = new URL(run.origin).port;
  try {
    const taken = startEmbedded("node", other.directory, { TRADE_ENGINE_SERVER_HTTP_PORT: port });
    await expect(taken).rejects.toThrow(
      /ended with 1 .*\nport \d+ of 127.0.0.1 is in use: free it, or set SERVER_HTTP_PORT to another one$/,
    );
    const inUse = startEmbedded("node", folder.directory);
    await expect(inUse).rejects.toThrow(
      /ended with 1 [^\n]*\nAnother trade engine that is running uses the data in/,
    );
  } finally {
    other.remove();
  }
});

test("dev tokens are refused in production", async () => {
  const started = startEmbedded("node", folder.directory, { TRADE_ENGINE_ENVIRONMENT: "production" });
  await expect(started).rejects.toThrow(/ended with [12] [^\n]*\n[^\n]*dev_tokens/);
});

test("a stop lets what was accepted finish", async () => {
  run = await startEmbedded("deno", folder.directory);
  const alice = new HttpCaller(run.origin, "alice");
  const answers = Array.from({ length: 200 }, (_, at) => alice.place("BUY", "0.01", `${40_000 + at}.00`));
  // One of them is answered, so the others are on their way.
  await Promise.race(answers);
  const stopped = run.stop();
  const settled = await Promise.allSettled(answers);
  expect(await stopped).toBe(0);
  const placed = settled.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
  expect(placed.map((answer) => answer.status)).toEqual(placed.map(() => 201));

  run = await startEmbedded("deno", folder.directory);
  const known = await new HttpCaller(run.origin, "alice").get("/orders?limit=1000");
  const ids = new Set(known.body.orders.map((order: Json) => order.orderId));
  for (const answer of placed) expect(ids).toContain(answer.body.orderId);
});

/** Each printed curl as the words that a shell makes of it. */
function printedCurls(output: string): string[][] {
  const commands = output.split(/\n(?= *curl )/).slice(1);
  return commands.map((command) => {
    const [text = ""] = command.split("\n\n");
    const script = `curl() { for word; do printf '%s\\n' "$word"; done; }; ${text}`;
    return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).trimEnd().split("\n");
  });
}

/** What curl does with these words, without needing one. */
async function curl(words: readonly string[]): Promise<Json> {
  const url = words.find((word) => word.startsWith("http"));
  const valuesOf = (option: string) => words.filter((_, at) => words[at - 1] === option);
  const [data] = valuesOf("-d");
  const headers = new Headers(valuesOf("-H").map((header) => header.split(": ", 2) as [string, string]));
  const response = await fetch(url ?? "", {
    headers,
    ...(data === undefined ? {} : { method: "POST", body: data }),
  });
  return response.json();
}
