import { expect, expectTypeOf, it } from "vitest";
import type { StreamMessage, StreamRequest } from "../../../api/schemas/stream.ts";
import { parseChannel } from "../../../api/stream/channel-name.ts";
import { ConnectionCount, MessageBudget } from "../../../api/stream/limits.ts";
import type * as sdk from "../../../sdk/typescript/src/stream/messages.ts";

it("the client's types are those of the server's schemas, both ways", () => {
  expectTypeOf<StreamMessage>().toExtend<sdk.StreamMessage>();
  expectTypeOf<sdk.StreamMessage["type"]>().toEqualTypeOf<StreamMessage["type"]>();
  expectTypeOf<sdk.StreamRequest>().toExtend<StreamRequest>();
  expectTypeOf<sdk.StreamRequest["op"]>().toEqualTypeOf<StreamRequest["op"]>();
});

it.each([
  ["depth:BTC-USDT", { kind: "depth", symbol: "BTC/USDT" }],
  ["candles:BTC-USDT:1m", { kind: "candles", symbol: "BTC/USDT", interval: "1m" }],
  ["orders", { kind: "orders" }],
  ["orders:BTC-USDT", null],
  ["depth", null],
  ["depth:BTC/USDT", null],
  ["depth:btc-usdt", null],
  ["depth:BTC-USDT:1m", null],
  ["candles:BTC-USDT", null],
  ["candles:BTC-USDT:7m", null],
  ["candles:BTC-USDT:toString", null],
  ["candles:BTC-USDT:1m:x", null],
])("channel %s", (text, expected) => {
  expect(parseChannel(text)).toEqual(expected);
});

it("a client may send so many messages a second, and two seconds' worth at once", () => {
  const budget = new MessageBudget(5, 0);
  const taken = (nowMs: number) =>
    Array.from({ length: 20 }, () => budget.take(nowMs)).filter(Boolean).length;
  expect(taken(0)).toBe(10);
  expect(taken(1_000)).toBe(5);
  expect(taken(60_000)).toBe(10);
});

it("connections are counted in all and by address", () => {
  const count = new ConnectionCount();
  for (const address of ["a", "b", "a"]) count.add(address);
  count.remove("a");
  expect([count.all, count.of("a"), count.of("b"), count.of("c")]).toEqual([2, 1, 1, 0]);
});
