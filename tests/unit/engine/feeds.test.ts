import { describe, expect, it } from "vitest";
import { OrderStatus, Side } from "../../../engine/core/terms.ts";
import { MarketDataFeed } from "../../../engine/market-data-feed.ts";
import type { BookUpdate } from "../../../engine/ports.ts";
import { message } from "../../support/engine/commands.ts";
import { EngineHarness, MemoryBooks, recordingObserver } from "../../support/engine/harness.ts";
import { ManualTime, turn, until } from "../../support/engine/manual-time.ts";

type Entry = Record<string, unknown>;

interface Message {
  readonly id: string;
  readonly type: string;
  readonly firstSequence: number;
  readonly sequence: number;
  readonly entries: readonly Entry[];
}

/** Every entry of a topic, in the order of sequences, with its message's type. */
function entriesOf(harness: EngineHarness, topic: string): Entry[] {
  return harness.events.published
    .filter(({ routingKey }) => routingKey.startsWith(topic))
    .map(({ body }) => JSON.parse(body) as Message)
    .flatMap(({ type, entries }) => entries.map((entry): Entry => ({ event: type, ...entry })))
    .sort((one, other) => Number(one["sequence"]) - Number(other["sequence"]));
}

/** Everything committed is published and the cursor says so. */
async function published(harness: EngineHarness): Promise<void> {
  await until(() => {
    void harness.time.advance(100);
    return harness.database.group.publishedSequence === harness.database.group.lastSequence;
  }, "published");
}

describe("events out", () => {
  it("say what moves and what is released, exactly", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const sell = harness.commands.place({ side: Side.Sell, userId: 'b"ob', price: 9_999, quantity: 400 });
    const buy = harness.commands.place({ price: 10_000, quantity: 1_000 });
    harness.queue.publish(message([sell, buy]));
    await harness.replied(2);
    const cancel = harness.commands.cancel(buy.id);
    harness.queue.publish(message([cancel]));
    await harness.replied(3);
    await published(harness);
    const orders = entriesOf(harness, "orders.BTC-USDT");
    expect(orders.map((order) => [order["event"], order["orderId"], order["remainingQuantity"]])).toEqual([
      ["ORDER_OPEN", sell.id, "0.400"],
      ["ORDER_PARTIALLY_FILLED", buy.id, "0.600"],
      ["ORDER_FILLED", sell.id, "0.000"],
      ["ORDER_CANCELLED", buy.id, "0.600"],
    ]);
    expect(orders[0]).toMatchObject({ userId: 'b"ob', commandId: sell.id, sequence: 3 });
    expect(orders[1]).toMatchObject({ filledQuote: "39.996", averagePrice: "99.99000000", price: "100.00" });
    expect(orders[3]).toMatchObject({ reason: "CANCELLED_BY_USER", userId: "alice", commandId: cancel.id });
    expect(entriesOf(harness, "trades.BTC-USDT")).toMatchObject([
      { price: "99.99", quantity: "0.400", takerSide: "BUY", buyOrderId: buy.id, sellerUserId: 'b"ob' },
    ]);
    // The seller has nothing left to release; what the buyer's cancel releases is what was left × limit.
    const settlements = entriesOf(harness, "settlements.BTC-USDT");
    expect(settlements.find(({ kind }) => kind === "TRANSFER")).toMatchObject({
      base: "BTC",
      quote: "USDT",
      baseAmount: "0.400",
      quoteAmount: "39.996",
      buyerReleasedQuote: "0.004",
    });
    expect(settlements.filter(({ kind }) => kind === "RELEASE")).toMatchObject([
      { orderId: sell.id, amount: "0.000", asset: "BTC" },
      { orderId: buy.id, amount: "60.00", asset: "USDT" },
    ]);
    expect(entriesOf(harness, "risk.BTC-USDT").map(({ orderId, amount }) => [orderId, amount])).toEqual([
      [sell.id, "0"],
      [buy.id, "60.00"],
      [buy.id, "0"],
    ]);
  });

  it("of a large row are a few messages of bounded length, with everything in them", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const places = Array.from({ length: 450 }, () => harness.commands.place());
    harness.queue.publish(message(places));
    await harness.replied(450);
    await published(harness);
    const messages = harness.events.published
      .filter(({ routingKey }) => routingKey === "orders.BTC-USDT.open")
      .map(({ body }) => JSON.parse(body) as Message);
    expect(messages.map(({ entries }) => entries.length)).toEqual([200, 200, 50]);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    expect(entriesOf(harness, "orders").map(({ orderId }) => orderId)).toEqual(places.map(({ id }) => id));
  });

  it("are published again after a failure, under the same ids, and the cursor never runs ahead", async () => {
    const harness = new EngineHarness();
    harness.events.failures = 3;
    const running = await harness.startActive();
    harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(1);
    expect(harness.database.group.publishedSequence).toBe(0);
    await harness.time.advance(2_000);
    await published(harness);
    expect(running.engine.state).toBe("active");
    expect(entriesOf(harness, "orders").map(({ sequence }) => sequence)).toEqual([3]);
    expect(running.told.some(([what, dependency]) => what === "degraded" && dependency === "events")).toBe(
      true,
    );
  });

  it("that an engine could not publish come from the next one, out of the journal", async () => {
    const harness = new EngineHarness();
    harness.events.failures = Number.MAX_SAFE_INTEGER;
    const first = await harness.startActive();
    const places = Array.from({ length: 200 }, () => harness.commands.place());
    for (const place of places) harness.queue.publish(message([place]));
    await harness.replied(200);
    first.consumer.lose();
    await until(() => first.end !== null, "end");
    harness.events.failures = 0;
    await harness.startActive();
    await published(harness);
    expect(entriesOf(harness, "orders").map(({ orderId }) => orderId)).toEqual(places.map(({ id }) => id));
  });

  it("published twice by two engines are the same to the byte", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    harness.queue.publish(message([harness.commands.place(), harness.commands.place({ side: Side.Sell })]));
    await harness.replied(2);
    await published(harness);
    const before = [...harness.events.published];
    first.consumer.lose();
    await until(() => first.end !== null, "end");
    harness.database.group = { ...harness.database.group, publishedSequence: 0 };
    harness.events.published.length = 0;
    await harness.startActive();
    await published(harness);
    expect(harness.events.published).toEqual(before);
  });
});

describe("market data", () => {
  const update = (sequence: number, changes: Partial<BookUpdate> = {}): BookUpdate => ({
    group: "main",
    symbol: 1,
    timeline: "t",
    epoch: 1,
    previousSequence: sequence - 1,
    sequence,
    timeMs: 1,
    full: false,
    bids: [],
    asks: [],
    trades: [],
    ...changes,
  });

  function feed(books: MemoryBooks): { feed: MarketDataFeed; time: ManualTime; asked: number[][] } {
    const time = new ManualTime();
    const asked: number[][] = [];
    return {
      feed: new MarketDataFeed(books, time, recordingObserver([]), (symbols) => asked.push([...symbols])),
      time,
      asked,
    };
  }

  it("folds what comes during a write into one update that continues the last one", async () => {
    const books = new MemoryBooks();
    const { feed: marketData } = feed(books);
    marketData.push([update(1, { previousSequence: 0 })]);
    marketData.push([update(2, { bids: [{ price: 5, quantity: 1, orders: 1 }] })]);
    marketData.push([
      update(3, {
        bids: [{ price: 5, quantity: 0, orders: 0 }],
        asks: [{ price: 9, quantity: 2, orders: 1 }],
      }),
    ]);
    await turn();
    expect(books.updates.map(({ previousSequence, sequence }) => [previousSequence, sequence])).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(books.updates[1]).toMatchObject({
      bids: [{ price: 5, quantity: 0 }],
      asks: [{ price: 9, quantity: 2 }],
    });
  });

  it("asks for whole books of what was lost, and writes nothing partial of them until then", async () => {
    const books = new MemoryBooks();
    books.lost = [1];
    const { feed: marketData, asked } = feed(books);
    marketData.push([update(1)]);
    await turn();
    expect(asked).toEqual([[1]]);
    marketData.push([update(2)]);
    await turn();
    expect(books.updates).toHaveLength(1);
    marketData.push([update(2, { full: true, previousSequence: 0 })]);
    marketData.push([update(3)]);
    await turn();
    expect(books.updates.slice(1).map(({ sequence, full }) => [sequence, full])).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  it("after a failed write asks for whole books in a while, and again until one comes through", async () => {
    const books = new MemoryBooks();
    books.failures = 2;
    const { feed: marketData, asked, time } = feed(books);
    marketData.push([update(1)]);
    await turn();
    await time.advance(500);
    expect(asked).toEqual([[1]]);
    marketData.push([update(1, { full: true, previousSequence: 0 })]);
    await turn();
    await time.advance(500);
    expect(asked).toEqual([[1], [1]]);
    marketData.push([update(1, { full: true, previousSequence: 0 })]);
    await turn();
    expect(books.updates).toHaveLength(1);
  });

  it("an engine gives whole books at its start, then changes that chain, and recovers a lost copy", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    await until(() => harness.books.updates.length >= 2, "whole books");
    expect(harness.books.updates.every(({ full }) => full)).toBe(true);
    harness.queue.publish(message([harness.commands.place({ price: 9_000, quantity: 70 })]));
    await harness.replied(1);
    await until(() => harness.books.updates.length >= 3, "a change");
    expect(harness.books.updates[2]).toMatchObject({ full: false, previousSequence: 2, sequence: 3 });
    harness.books.lost = [1];
    harness.queue.publish(message([harness.commands.place({ price: 9_100, quantity: 30 })]));
    await harness.replied(2);
    await until(() => harness.books.updates.filter(({ full }) => full).length === 3, "whole again");
    expect(harness.books.updates.at(-1)).toMatchObject({
      symbol: 1,
      previousSequence: 0,
      sequence: 4,
      bids: [
        { price: 9_100, quantity: 30, orders: 1 },
        { price: 9_000, quantity: 70, orders: 1 },
      ],
    });
  });

  it("finds out that the copy of a quiet book was lost, while nothing changes in it", async () => {
    const books = new MemoryBooks();
    const { feed: marketData, asked, time } = feed(books);
    marketData.push([
      update(7, { full: true, previousSequence: 0, bids: [{ price: 5, quantity: 1, orders: 1 }] }),
    ]);
    await turn();
    await time.advance(5_000);
    expect(asked).toEqual([]);
    expect(books.updates.slice(1)).toEqual([update(7, { previousSequence: 7 })]);
    books.lost = [1];
    await time.advance(5_000);
    expect(asked).toEqual([[1]]);
    marketData.push([update(7, { full: true, previousSequence: 0 })]);
    marketData.close();
    await time.advance(60_000);
    expect(books.updates.map(({ full }) => full)).toEqual([true, false, false, true]);
  });

  it("a bus that is away holds nothing up", async () => {
    const harness = new EngineHarness();
    harness.books.failures = Number.MAX_SAFE_INTEGER;
    const { engine } = await harness.startActive();
    for (let count = 0; count < 20; count++) harness.queue.publish(message([harness.commands.place()]));
    const outcomes = await harness.replied(20);
    expect(outcomes.every(({ orders }) => orders[0]?.status === OrderStatus.Open)).toBe(true);
    expect(engine.state).toBe("active");
  });
});
