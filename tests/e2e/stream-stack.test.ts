import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { type Stack, type StackApi, startStack } from "../../infra/dev/stack/stack.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";
import { ObservedStream } from "../support/stream/observed-stream.ts";
import { Trading } from "../support/stream/trading.ts";

/** The stream of two API processes while engines are killed and Redis is emptied. */

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    apis: 2,
    engines: 2,
    group: "main",
    runtime: "deno",
    durable: false,
    logFormat: "json",
    onLine: () => undefined,
    onProgress: () => undefined,
  });
});
afterAll(() => stack.stop());

const levels = (side: Json[]) => side.map(({ price, quantity, orders }) => [price, quantity, orders]);
const keyOf = ({ tradeId, orderId, quantity }: Json) => [tradeId, orderId, quantity].join();

test("both tell the same book, trades and orders, through a take-over, an emptied Redis and a killed API", async () => {
  const [one, other] = stack.apis as [StackApi, StackApi];
  const caller = new HttpCaller(one.url, "alice");
  const streams = [new ObservedStream(one.url, "alice"), new ObservedStream(other.url, "bob")] as const;
  await waitFor("both books", 20_000, () =>
    streams.every(({ reasons, orderReasons }) => reasons.length > 0 && orderReasons.length > 0)
      ? true
      : undefined,
  );
  const trading = new Trading(caller, ["alice", "bob", "carol"], 815);
  trading.start();
  const moves = (what: string) => {
    const before = streams.map(({ updates }) => updates);
    return waitFor(what, 60_000, () =>
      streams.every(({ updates }, at) => updates > (before[at] ?? 0) + 10) ? true : undefined,
    );
  };
  await moves("the books to move");
  for (const engine of stack.engines) engine.signal("SIGKILL");
  await waitFor("a take-over to be told", 60_000, () =>
    streams.every(({ reasons }) => reasons.includes("TAKEOVER")) ? true : undefined,
  );
  await moves("the books to move behind it");
  const redis = new Redis(stack.redis.url);
  await redis.flushall();
  redis.disconnect();
  await moves("the books to move behind an emptied Redis");
  const { body: ticker } = await caller.get("/markets/BTC-USDT/ticker");
  expect(ticker.trades).toBeGreaterThan(20);
  const { connections } = streams[1];
  other.signal("SIGKILL");
  await waitFor("the client to be back", 60_000, () =>
    streams[1].connections > connections ? true : undefined,
  );
  await moves("the books to move behind a killed API");
  await trading.stop();

  const viaBoth = [caller, new HttpCaller(other.url, "alice")];
  for (const [at, stream] of streams.entries()) {
    const depth = await waitFor("the copy to be the API's book", 20_000, async () => {
      const { body } = (await viaBoth[at]?.get("/markets/BTC-USDT/depth?limit=1000")) ?? {};
      return body.sequence === stream.book.sequence ? body : undefined;
    });
    expect(stream.book.bids()).toEqual(levels(depth.bids));
    expect(stream.book.asks()).toEqual(levels(depth.asks));
    expect([...stream.resyncs]).toEqual([]);
  }
  const { body: market } = await caller.get("/markets/BTC-USDT/trades?limit=1000");
  const tradeIds = market.trades.map(({ tradeId }: Json) => tradeId).reverse();
  expect(streams[0].tradeIds.slice(-tradeIds.length)).toEqual(tradeIds.slice(-streams[0].tradeIds.length));
  for (const [at, user] of ["alice", "bob"].entries()) {
    const stream = streams[at] as ObservedStream;
    const { body: own } = await caller.as(user).get("/trades?limit=1000");
    await waitFor("the last fill", 10_000, () =>
      stream.fills.length >= own.trades.length ? true : undefined,
    );
    expect(stream.fills.map(keyOf).sort()).toEqual(own.trades.map(keyOf).sort());
    expect(stream.orderReasons).toEqual(["SUBSCRIBED"]);
    stream.client.close();
  }
  // What the records say of the day is what the processes have kept.
  const [first, second] = await Promise.all(viaBoth.map((via) => via.get("/markets/BTC-USDT/ticker")));
  const { time: _one, ...figures } = first?.body ?? {};
  const { time: _other, ...others } = second?.body ?? {};
  expect(figures).toEqual(others);
  expect(figures.trades).toBe(new Set(streams[0].tradeIds).size);
  const { body: candles } = await caller.get("/markets/BTC-USDT/candles?interval=1d&limit=2");
  expect(candles.candles.reduce((sum: number, { trades }: Json) => sum + trades, 0)).toBe(figures.trades);
}, 240_000);
