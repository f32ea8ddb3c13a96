import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DayWindow } from "../../../api/stream/market/day-figures.ts";
import { percent } from "../../../api/stream/market/ticker-body.ts";
import { beginTraded } from "../../../api/stream/market/traded.ts";
import { Side } from "../../../engine/core/terms.ts";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { type KeptSubscriber, level, Market } from "./market-fixture.ts";

let market: Market;
beforeEach(() => {
  market = new Market();
});
afterEach(() => market.close());

const TRADES = "trades:BTC-USDT";
const ids = (messages: readonly object[]) =>
  messages
    .flatMap((message) => ("trades" in message ? (message.trades as { tradeId: string }[]) : []))
    .map(({ tradeId }) => tradeId);

describe("trades", () => {
  it("are told once each and in order, those too that a dead engine committed and told nobody", async () => {
    const first = market.trade(100, 1);
    await market.write(market.update([level(99, 1)], [], [first], true));
    const reader = market.subscribe(TRADES);
    await market.settle();
    expect(reader.take()).toMatchObject([{ type: "trades.snapshot", trades: [{ tradeId: first.tradeId }] }]);

    const told = market.trade(101, 2);
    await market.write(market.update([], [], [told]));
    await market.settle();
    expect(reader.take()).toMatchObject([
      { type: "trades.update", trades: [{ tradeId: told.tradeId, price: "1.01", quantity: "0.002" }] },
    ]);

    market.sequence += 1;
    const silent = market.trade(102, 3);
    market.committed.push(silent);
    market.sequence += 1;
    market.epoch = 2;
    const next = market.trade(103, 4);
    await market.write(market.update([level(99, 1)], [], [next], true));
    await market.settle();
    expect(ids(reader.take())).toEqual([silent.tradeId, next.tradeId]);
  });

  it("begin anew where more were missed than are kept", async () => {
    await market.write(market.update([], [], [market.trade(100, 1)], true));
    const reader = market.subscribe(TRADES);
    await market.settle();
    reader.take();
    for (let count = 0; count < 1_200; count++) {
      market.sequence += 1;
      market.committed.push(market.trade(100 + (count % 7), 1));
    }
    await market.write(market.update([level(99, 1)], [], [], true));
    await market.settle();
    const [snapshot, ...more] = reader.take();
    expect(more).toEqual([]);
    expect(snapshot).toMatchObject({ type: "trades.snapshot", reason: "GAP" });
    expect(ids([snapshot ?? {}]).at(-1)).toBe(market.committed.at(-1)?.tradeId);
  });
});

describe("ticker and candles", () => {
  it("count each trade once, whether the records had it or it came since", async () => {
    const stored = market.trade(100, 5);
    await market.write(market.update([], [], [stored], true));
    const minuteMs = market.nowMs - (market.nowMs % 60_000);
    market.candles = [
      {
        openTimeMs: minuteMs,
        open: "1.00",
        high: "1.00",
        low: "1.00",
        close: "1.00",
        volume: "0.005",
        quoteVolume: "0.005",
        trades: 1,
        sequence: 1,
      },
    ];
    const ticker = market.subscribe("ticker:BTC-USDT");
    const candle = market.subscribe("candles:BTC-USDT:1m");
    await market.settle();
    await market.write(market.update([level(99, 7)], [level(110, 2)], [market.trade(120, 10)]));
    // Both are told at most so many times a second.
    const withBoth = ({ messages }: KeptSubscriber) =>
      waitFor("a message with both trades", 10_000, () => {
        const last = messages.at(-1);
        return last !== undefined && "trades" in last && last.trades === 2 ? last : undefined;
      });
    expect(await withBoth(ticker)).toMatchObject({
      last: "1.20",
      open: "1.00",
      high: "1.20",
      low: "1.00",
      volume: "0.015",
      quoteVolume: "0.017",
      change: "0.20",
      changePercent: "20.00",
      trades: 2,
      bidPrice: "0.99",
      askQuantity: "0.002",
    });
    expect(await withBoth(candle)).toMatchObject({
      open: "1.00",
      high: "1.20",
      close: "1.20",
      volume: "0.015",
      trades: 2,
      closed: false,
    });
  });

  it("count the trades that the records got between the two looks at them", async () => {
    const early = market.trade(100, 5);
    market.committed.push(early);
    await market.write(market.update([], [], [], true));
    let answer: () => void = () => undefined;
    const sources = market.sources();
    market.sources = () => ({
      ...sources,
      // The candles are read before the trade, the tape behind it.
      trades: async (...query) => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return sources.trades(...query);
      },
    });
    const ticker = market.subscribe("ticker:BTC-USDT");
    await market.settle();
    expect(ticker.take().at(-1)).toMatchObject({ trades: 0 });
    answer();
    await market.settle();
    await waitFor("the trade to count", 5_000, () => (ticker.messages.length > 0 ? true : undefined));
    expect(ticker.take().at(-1)).toMatchObject({ trades: 1, last: "1.00" });
  });

  it("a candle that is over is told once more, and one without trades stands at the last price", async () => {
    await market.write(market.update([], [], [market.trade(100, 5)], true));
    const reader = market.subscribe("candles:BTC-USDT:1s");
    await market.settle();
    reader.take();
    market.nowMs += 2_000;
    const closed = () => reader.messages.filter((message) => message.type === "candle" && message.closed);
    await waitFor("two candles to be over", 5_000, () => (closed().length >= 2 ? true : undefined));
    expect(closed()).toMatchObject([
      { close: "1.00", volume: "0.005", trades: 1 },
      { open: "1.00", close: "1.00", volume: "0.000", trades: 0 },
    ]);
  });
});

describe("the day's figures", () => {
  const minute = 60_000;
  const trade = (price: number, quantity: number, executedAtMs: number) => ({
    tradeId: "",
    price,
    quantity,
    takerSide: Side.Buy,
    executedAtMs,
  });

  it("roll: what is older than 24 hours leaves, and its last price is the opening one", () => {
    const startMs = 100 * 24 * 60 * minute;
    const day = new DayWindow([beginTraded(startMs, trade(100, 1, startMs))]);
    day.add(trade(150, 2, startMs + minute));
    day.add(trade(120, 3, startMs + 10 * minute));
    expect(day.figures(startMs + 20 * minute)).toMatchObject({
      open: 100,
      high: 150,
      low: 100,
      trades: 3,
      volume: 6n,
    });
    const nextDay = startMs + 24 * 60 * minute + minute;
    expect(day.figures(nextDay)).toEqual({
      last: 120,
      open: 150,
      high: 120,
      low: 120,
      volume: 3n,
      quoteVolume: 360n,
      trades: 1,
    });
    expect(day.figures(nextDay + 24 * 60 * minute)).toEqual({
      last: 120,
      open: 120,
      high: null,
      low: null,
      volume: 0n,
      quoteVolume: 0n,
      trades: 0,
    });
  });

  it.each([
    [1, 3, "33.33"],
    [-1, 8, "-12.50"],
    [1, 20_000, "0.00"],
    [3, 20_000, "0.02"],
    [-1, 1_000_000, "0.00"],
    [250, 100, "250.00"],
  ])("%d of %d is %s percent", (part, whole, expected) => {
    expect(percent(part, whole)).toBe(expected);
  });
});
