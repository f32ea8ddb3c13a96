import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "../../infra/dev/stack/stack.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";

/** Two API processes and an engine on real PostgreSQL, Redis and RabbitMQ: pods come and go. */

let stack: Stack;
const printed: string[] = [];

beforeAll(async () => {
  stack = await startStack({
    apis: 2,
    engines: 1,
    group: "main",
    runtime: "deno",
    durable: false,
    logFormat: "json",
    onLine: (name, line) => printed.push(`${name} ${line}`),
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  await stack?.stop();
});

function through(index: number, userId: string): HttpCaller {
  const api = stack.apis[index];
  if (api === undefined) throw new Error("no such API process");
  return new HttpCaller(api.url, userId);
}

test("an order placed through one process crosses one placed through the other", async () => {
  const sell = await through(0, "ann").place("SELL", "0.5", "50000.00");
  const buy = await through(1, "bob").place("BUY", "0.5", "50000.00", { responseType: "FULL" });
  expect([sell.body.status, buy.body.status, buy.body.fills.length]).toEqual(["OPEN", "FILLED", 1]);
  const seen = await through(1, "ann").get(`/orders/${sell.body.orderId}`);
  expect(seen.body.status).toBe("FILLED");
  const depth = await through(1, "ann").get("/markets/BTC-USDT/depth");
  expect([depth.body.bids, depth.body.asks]).toEqual([[], []]);
});

test("an id that one process has just given is found through the other", async () => {
  for (let at = 0; at < 20; at += 1) {
    const placed = await through(0, "cara").place("BUY", "0.01", "40000.00", { responseType: "ACK" });
    expect(placed.status).toBe(202);
    const found = await through(1, "cara").get(`/orders/${placed.body.orderId}`);
    expect([found.status, found.body.status]).toEqual([200, "OPEN"]);
  }
});

test("one Idempotency-Key sent to both at once places one order", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      through(at % 2, "dora").place("BUY", "0.01", "40000.00", {}, { key: "both" }),
    ),
  );
  const placed = answers.filter((answer) => answer.status === 201);
  expect(new Set(placed.map((answer) => answer.body.orderId)).size).toBe(1);
  const others = answers.filter((answer) => answer.status !== 201);
  expect(others.every((answer) => answer.body.code === "IDEMPOTENCY_KEY_IN_FLIGHT")).toBe(true);
  expect((await through(0, "dora").get("/orders")).body.orders).toHaveLength(1);
});

test("a process that is asked to stop finishes what it accepted", async () => {
  const caller = through(0, "eve");
  const answers = Array.from({ length: 200 }, (_, at) => caller.place("BUY", "0.01", `${40_001 + at}.00`));
  await Promise.race(answers);
  const stopped = stack.apis[0]?.stop();
  const settled = await Promise.allSettled(answers);
  await stopped;
  const placed = settled.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
  expect(placed.length).toBeGreaterThan(0);
  expect(placed.map((answer) => answer.status)).toEqual(placed.map(() => 201));
  const known = (await through(1, "eve").get("/orders?limit=1000")).body.orders;
  const ids = new Set(known.map((order: Json) => order.orderId));
  for (const answer of placed) expect(ids).toContain(answer.body.orderId);
  expect(printed.some((line) => line.startsWith("api-1 ") && line.includes('"msg":"stopped"'))).toBe(true);
});
