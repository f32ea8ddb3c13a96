import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StreamMessageOf } from "../../../api/schemas/stream.ts";
import { OrderBook } from "../../../sdk/typescript/src/stream/order-book.ts";
import { type KeptSubscriber, level, Market } from "./market-fixture.ts";

let market: Market;
beforeEach(() => {
  market = new Market();
});
afterEach(() => market.close());

const DEPTH = "depth:BTC-USDT";
type Snapshot = StreamMessageOf<"depth.snapshot">;
type Update = StreamMessageOf<"depth.update">;

/** What one reader's copy is after all that it was told; every step proves itself. */
function follow(book: OrderBook, reader: KeptSubscriber): void {
  for (const message of reader.take()) {
    if (message.type === "depth.snapshot") expect(book.replace(message)).toBe("ok");
    else if (message.type === "depth.update") {
      expect(message.U).toBe((book.sequence ?? -1) + 1);
      expect(book.apply(message)).toBe("ok");
    }
  }
}

const shown = (levels: [string, string, number][]) =>
  levels.map(([price, quantity]) => `${price}=${quantity}`);

describe("depth", () => {
  it("is in every reader's copy exactly the best levels, whatever changes and whoever comes when", async () => {
    const change = fc.record({
      bids: fc.array(fc.tuple(fc.integer({ min: 80, max: 99 }), fc.integer({ min: 0, max: 3 })), {
        maxLength: 6,
      }),
      asks: fc.array(fc.tuple(fc.integer({ min: 100, max: 119 }), fc.integer({ min: 0, max: 3 })), {
        maxLength: 6,
      }),
      settles: fc.boolean(),
      joins: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 25 }), async (changes) => {
        const own = new Market();
        const readers: { book: OrderBook; reader: KeptSubscriber }[] = [];
        const naive = { bids: new Map<number, number>(), asks: new Map<number, number>() };
        await own.write(own.update([], [], [], true));
        for (const { bids, asks, settles, joins } of changes) {
          if (joins) readers.push({ book: new OrderBook("BTC/USDT"), reader: own.subscribe(DEPTH) });
          for (const [price, quantity] of bids) naive.bids.set(price, quantity);
          for (const [price, quantity] of asks) naive.asks.set(price, quantity);
          const last = (side: [number, number][]) => [...new Map(side)].map(([p, q]) => level(p, q));
          await own.write(own.update(last(bids), last(asks)));
          if (settles) await own.settle();
        }
        await own.settle();
        const best = (side: Map<number, number>, sign: number) =>
          [...side]
            .filter(([, quantity]) => quantity > 0)
            .sort(([one], [other]) => (one - other) * sign)
            .slice(0, 5)
            .map(([price, quantity]) => `${(price / 100).toFixed(2)}=${(quantity / 1000).toFixed(3)}`);
        for (const { book, reader } of readers) {
          follow(book, reader);
          expect(shown(book.bids())).toEqual(best(naive.bids, -1));
          expect(shown(book.asks())).toEqual(best(naive.asks, 1));
        }
        own.close();
      }),
      { numRuns: 150 },
    );
  });

  it("folds what came between two turns into one update for all readers", async () => {
    await market.write(market.update([level(99, 1)], [], [], true));
    const [one, other] = [market.subscribe(DEPTH), market.subscribe(DEPTH)];
    await market.settle();
    one.take();
    other.take();
    await market.write(market.update([level(98, 2)], []));
    await market.write(market.update([level(98, 3)], [level(101, 1)]));
    await market.settle();
    const [update, ...more] = one.take() as Update[];
    expect(more).toEqual([]);
    expect(update).toMatchObject({ U: 2, u: 3, bids: [["0.98", "0.003", 1]], asks: [["1.01", "0.001", 1]] });
    expect(other.take()).toEqual([update]);
  });

  it("begins anew after a missed update, a take-over and a restore, and says why", async () => {
    await market.write(market.update([level(99, 1)], [], [], true));
    const reader = market.subscribe(DEPTH);
    await market.settle();
    expect(reader.take()).toMatchObject([{ type: "depth.snapshot", reason: "SUBSCRIBED", u: 1 }]);

    market.sequence += 1;
    await market.write(market.update([level(98, 1)], []));
    await market.settle();
    // What does not follow is not told; the store has no book that does either, until the engine gives it one.
    expect(reader.take()).toEqual([]);
    await market.write(market.update([level(97, 1)], [], [], true));
    await market.settle();
    expect(reader.take()).toMatchObject([{ type: "depth.snapshot", reason: "GAP", u: 4 }]);

    market.epoch = 2;
    await market.write(market.update([level(97, 1)], [], [], true));
    await market.settle();
    expect(reader.take()).toMatchObject([{ reason: "TAKEOVER", epoch: 2, u: 5 }]);

    market.timeline = "0192a000-0000-7000-8000-000000000002";
    market.sequence = 2;
    await market.write(market.update([level(96, 1)], [], [], true));
    await market.settle();
    expect(reader.take()).toMatchObject([{ reason: "RESTORED", timeline: market.timeline, u: 3 }]);
  });

  it("leaves a slow reader out and gives it a snapshot when it has caught up; others miss nothing", async () => {
    await market.write(market.update([level(99, 1)], [], [], true));
    const [slow, quick] = [market.subscribe(DEPTH), market.subscribe(DEPTH)];
    const book = new OrderBook("BTC/USDT");
    await market.settle();
    follow(book, quick);
    slow.take();
    slow.isBehind = true;
    for (let step = 1; step <= 20; step++) {
      await market.write(market.update([level(80 + (step % 15), step)], []));
      await market.settle();
      follow(book, quick);
    }
    expect(slow.take()).toEqual([]);
    market.feed.tidy();
    await market.settle();
    expect(slow.take()).toEqual([]);
    slow.isBehind = false;
    market.feed.tidy();
    await market.settle();
    const [snapshot] = slow.take() as Snapshot[];
    expect(snapshot).toMatchObject({ type: "depth.snapshot", reason: "SLOW_READER", u: book.sequence });
    expect(snapshot?.bids).toEqual(book.bids());
  });

  it("says that there is no book while nobody knows one, and tells it as soon as there is", async () => {
    const reader = market.subscribe(DEPTH);
    await market.settle();
    expect(reader.take()).toEqual([{ type: "unavailable", channel: DEPTH }]);
    await market.write(market.update([level(99, 1)], [], [], true));
    await market.settle();
    expect(reader.take()).toMatchObject([{ type: "depth.snapshot", u: 1 }]);
  });
});

it("the checksum is Kraken's: its own example book gives its own number", () => {
  const book = new OrderBook("BTC/USD");
  const side = (texts: string[]) =>
    texts.map((text) => [...text.split(" "), 1] as unknown as [string, string, number]);
  // https://docs.kraken.com/api/docs/guides/spot-ws-book-v1
  const snapshot = {
    type: "depth.snapshot" as const,
    channel: "depth:BTC-USD",
    symbol: "BTC/USD",
    reason: "SUBSCRIBED" as const,
    timeline: "",
    epoch: 1,
    u: 1,
    time: "",
    levels: 10,
    asks: side([
      "0.05005 0.00000500",
      "0.05010 0.00000500",
      "0.05015 0.00000500",
      "0.05020 0.00000500",
      "0.05025 0.00000500",
      "0.05030 0.00000500",
      "0.05035 0.00000500",
      "0.05040 0.00000500",
      "0.05045 0.00000500",
      "0.05050 0.00000500",
    ]),
    bids: side([
      "0.05000 0.00000500",
      "0.04995 0.00000500",
      "0.04990 0.00000500",
      "0.04980 0.00000500",
      "0.04975 0.00000500",
      "0.04970 0.00000500",
      "0.04965 0.00000500",
      "0.04960 0.00000500",
      "0.04955 0.00000500",
      "0.04950 0.00000500",
    ]),
    checksum: 974_947_235,
  };
  expect(book.replace(snapshot)).toBe("ok");
});
