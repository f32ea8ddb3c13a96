import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { RECORDED_DAY, recordedPart } from "../support/order-flow/flow-part.ts";
import { sharedIsThere, sharedPath } from "../support/shared-files.ts";
import { runTool, startTool } from "../support/tool-run.ts";

/** `npm run replay` against the one-process run, from outside. */

const folder = dataFolder();
const files = dataFolder();
let run: EmbeddedRun;

beforeAll(async () => {
  run = await startEmbedded("deno", folder.directory);
});

afterAll(async () => {
  await run.stop();
  folder.remove();
  files.remove();
});

const created = (symbol: string) => [
  "--url",
  run.origin,
  "--symbol",
  symbol,
  "--create-symbol",
  "--tick",
  "0.01",
  "--lot",
  "1",
];

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(files.directory, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const ORDERS = [
  '{"ts":"1.0","op":"place","id":"1","side":"sell","type":"limit","tif":"GTC","price":1000000,"qty":5}',
  '{"ts":"1.1","op":"place","id":"2","side":"sell","type":"limit","tif":"GTC","price":1000000,"qty":5}',
  '{"ts":"1.2","op":"reduce","id":"1","qty":2}',
  '{"ts":"1.3","op":"place","id":"T1","side":"buy","type":"limit","tif":"IOC","price":1000000,"qty":4}',
  '{"ts":"1.4","op":"cancel","id":"1"}',
];

describe("a small flow", () => {
  test("is sent in order; counts, rejects by code and the book are printed", async () => {
    const path = fileOf("small.jsonl", ORDERS);
    const trades = fileOf("small-trades.csv", ["taker,maker,price,qty", "T1,1,1000000,3", "T1,2,1000000,1"]);
    const book = fileOf("small-book.csv", ["side,id,price,remaining", "S,2,1000000,4"]);
    const expected = ["--expect-trades", trades, "--expect-book", book];
    const { code, stdout } = await runTool("replay", [path, ...created("SMALL/USD"), ...expected]);
    expect(stdout).toContain("5 commands in ");
    expect(stdout).toContain("orders   3 (and 1 cancels, 1 reductions)");
    expect(stdout).toContain("trades   2\n");
    expect(stdout).toContain("rejects  1\n    1 cancel: ORDER_NOT_OPEN\n");
    expect(stdout).toContain("100.00 @ 4 (1)");
    expect(stdout).toContain("trades: all 2 as expected\nfinal book: all 1 as expected");
    expect(code).toBe(0);
  });

  test("what differs from the record is named, and the exit code is 1", async () => {
    const path = fileOf("other.jsonl", ORDERS);
    const trades = fileOf("other-trades.csv", ["taker,maker,price,qty", "T1,2,1000000,4"]);
    const book = fileOf("other-book.csv", ["side,id,price,remaining", "S,1,1000000,3", "S,2,1000000,1"]);
    const expected = ["--expect-trades", trades, "--expect-book", book];
    const { code, stdout } = await runTool("replay", [path, ...created("OTHER/USD"), ...expected]);
    expect(code).toBe(1);
    expect(stdout).toContain("trades: 2 differ (1 expected, 2 found)");
    expect(stdout).toContain("trades 1: expected T1 takes 4 @ 1000000 of 2, found T1 takes 3 @ 1000000 of 1");
    expect(stdout).toContain("final book 2: expected S 2 1 @ 1000000, found nothing");
  });

  test("a book with orders in it cannot be compared with a record, and is not touched", async () => {
    const user = new HttpCaller(run.origin, "somebody");
    const order = { symbol: "ETH/USDT", side: "BUY", type: "LIMIT", quantity: "1", price: "1000.00" };
    expect((await user.call("POST", "/orders", order)).status).toBe(201);
    const book = fileOf("empty-book.csv", ["side,id,price,remaining"]);
    const args = [
      fileOf("eth.jsonl", ORDERS),
      "--url",
      run.origin,
      "--symbol",
      "ETH/USDT",
      "--expect-book",
      book,
    ];
    const { code, stderr } = await runTool("replay", args);
    expect(code).toBe(1);
    expect(stderr).toContain("The book of ETH/USDT is not empty");
  });

  test("follows the timestamps when asked to", async () => {
    const path = fileOf("paced.jsonl", ORDERS);
    const startedMs = performance.now();
    const { code } = await runTool("replay", [path, ...created("PACED/USD"), "--speed", "0.2x"]);
    expect(code).toBe(0);
    expect(performance.now() - startedMs).toBeGreaterThan(2_000);
  });

  test("an unknown symbol is said, with how to make it", async () => {
    const path = fileOf("nowhere.jsonl", ORDERS);
    const { code, stderr } = await runTool("replay", [path, "--url", run.origin, "--symbol", "NO/WHERE"]);
    expect(code).toBe(1);
    expect(stderr).toContain("There is no symbol NO/WHERE. Make it with --create-symbol --tick");
  });

  test("an argument that is wrong is told in one line, with where to read how it is used", async () => {
    const { code, stderr } = await runTool("replay", ["file", "--speed", "fast"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--speed fast: max, or a factor such as 10x");
    expect(stderr).toContain("npm run replay -- --help");
  });
});

describe("a malformed line", () => {
  const broken = [...ORDERS.slice(0, 2), '{"op":"reduce","id":"1","qty":-2}', ...ORDERS.slice(3)];

  test("stops the replay with its number; what stands before it is in the engine", async () => {
    const path = fileOf("broken.jsonl", broken);
    const { code, stdout, stderr } = await runTool("replay", [path, ...created("BROKEN/USD")]);
    expect(code).toBe(1);
    expect(stderr).toContain("Stopped at line 3: qty is no whole number above zero: -2");
    expect(stdout).toContain("2 commands in ");
    const { body } = await new HttpCaller(run.origin, "replay").get("/orders?symbol=BROKEN/USD");
    const ids = body.orders.map(({ clientOrderId }: { clientOrderId: string }) => clientOrderId);
    expect(ids.toSorted()).toEqual(["1", "2"]);
  });

  test("is passed over and counted with --keep-going", async () => {
    const path = fileOf("broken-too.jsonl", broken);
    const { code, stdout, stderr } = await runTool("replay", [
      path,
      ...created("BROKENTOO/USD"),
      "--keep-going",
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain("line 3: qty is no whole number above zero: -2");
    expect(stdout).toContain("malformed lines passed over: 1");
    expect(stdout).toContain("orders   3 (and 1 cancels, 0 reductions)");
  });
});

describe.runIf(sharedIsThere(RECORDED_DAY))("the recorded hour of AAPL", () => {
  test("a part of it makes exactly the recorded trades, and ends with exactly the book that it must", async () => {
    const part = await recordedPart(12_000, files.directory);
    expect(part.tradeCount).toBeGreaterThan(500);
    const expected = ["--expect-trades", part.trades, "--expect-book", part.book];
    const { code, stdout, stderr } = await runTool("replay", [
      part.commands,
      ...created("AAPL/USD"),
      ...expected,
    ]);
    expect(stdout, stderr).toContain(`trades: all ${part.tradeCount.toLocaleString("en-US")} as expected`);
    expect(stdout).toContain("as expected\nfinal book: all ");
    expect(code).toBe(0);
  });

  test("the original messages give the same as the commands made of them", async () => {
    const part = await recordedPart(3_000, files.directory);
    const messages = sharedPath(`${RECORDED_DAY}/messages.csv.gz`);
    const expected = ["--limit", "3000", "--expect-trades", part.trades, "--expect-book", part.book];
    const { code, stdout } = await runTool("replay", [messages, ...created("AAPLCSV/USD"), ...expected]);
    expect(stdout).toContain("lines of LOBSTER messages");
    expect(stdout).toContain(`trades: all ${part.tradeCount} as expected`);
    expect(code).toBe(0);
  });

  test("an engine killed in the middle and started again loses nothing and does nothing twice", async () => {
    const part = await recordedPart(5_000, files.directory);
    const expected = ["--expect-trades", part.trades, "--expect-book", part.book];
    let isUnderWay: (() => void) | null = null;
    const underWay = new Promise<void>((resolve) => {
      isUnderWay = resolve;
    });
    // A small batch each, so that many are under way when the engine goes.
    const args = [part.commands, ...created("KILLED/USD"), ...expected, "--batch", "20"];
    const replay = startTool("replay", args, (text) => {
      if (text.includes("asking again")) isUnderWay?.();
    });
    await untilOrders(1_000);
    await run.kill();
    await underWay;
    const port = new URL(run.origin).port;
    const again = await startEmbedded("deno", folder.directory, { TRADE_ENGINE_SERVER_HTTP_PORT: port });
    run = { ...again, origin: run.origin };
    const { code, stdout, stderr } = await replay.ended;
    expect(stdout, stderr).toContain("trades: all ");
    expect(stdout).toContain("final book: all ");
    expect(code).toBe(0);
  });

  test("the trades told are the recorded ones: a record with one trade changed is found out", async () => {
    const part = await recordedPart(1_000, files.directory);
    const rows = readFileSync(part.trades, "utf8").trim().split("\n");
    const [taker, maker, price] = (rows[5] as string).split(",");
    rows[5] = [taker, maker, price, "12345"].join();
    const args = ["--expect-trades", fileOf("changed.csv", rows), ...created("CHANGED/USD")];
    const { code, stdout } = await runTool("replay", [part.commands, ...args]);
    expect(code).toBe(1);
    expect(stdout).toContain(`trades 5: expected ${taker} takes 12345 @ ${price} of ${maker}`);
    expect(stdout).toContain("trades: 1 differ");
  });
});

/** Waits until the replay's user has so many orders, by the newest one's place in its page. */
async function untilOrders(count: number): Promise<void> {
  const caller = new HttpCaller(run.origin, "replay");
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { body } = await caller.get("/orders?symbol=KILLED/USD&limit=1000").catch(() => ({ body: null }));
    if ((body?.orders?.length ?? 0) >= count) return;
    if (performance.now() > deadline) throw new Error("the replay does not get under way");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
