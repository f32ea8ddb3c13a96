import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type BookLevel,
  type BookUpdate,
  type Depth,
  FencedError,
  type MarketDataReader,
  type MarketDataStream,
  type MarketDataWriter,
  type MarketTrade,
} from "../../engine/ports.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";

/** What every market data store must do (`MarketDataWriter` and `MarketDataReader` of `engine/ports.ts`). */
export interface MarketDataHarness {
  readonly writer: MarketDataWriter;
  readonly reader: MarketDataReader;
  readonly stream: MarketDataStream;
  close(): Promise<void>;
}

const SYMBOL = 7;
const TIMELINE = "0192a000-0000-7000-8000-000000000001";
const OTHER_TIMELINE = "0192a000-0000-7000-8000-000000000002";

/** Runs the suite against one adapter. `makeHarness` is called before each test and gives an empty store. */
export function describeMarketData(name: string, makeHarness: () => Promise<MarketDataHarness>): void {
  describe(`market data: ${name}`, () => {
    let harness: MarketDataHarness;
    const write = (...updates: BookUpdate[]) => harness.writer.write(updates);
    const depth = (limit = 100, symbol = SYMBOL) => harness.reader.depth(symbol, limit);
    const tradeIds = async (limit = 1_000) =>
      (await harness.reader.recentTrades(SYMBOL, limit)).map((trade) => trade.tradeId);

    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.close());

    it("knows nothing of a symbol that was never written", async () => {
      expect(await depth()).toBeNull();
      expect(await harness.reader.recentTrades(SYMBOL, 10)).toEqual([]);
      expect(await write()).toEqual([]);
    });

    it("reports a symbol whose first update is not full, and still knows no book of it", async () => {
      expect(await write(change({ previousSequence: 4, sequence: 5, bids: [level(10, 1)] }))).toEqual([
        SYMBOL,
      ]);
      expect(await write(change({ previousSequence: 0, sequence: 6, bids: [level(10, 1)] }))).toEqual([
        SYMBOL,
      ]);
      expect(await depth()).toBeNull();
    });

    it("shows a full book best first, with its sequence, time, epoch and timeline", async () => {
      const bids = [level(99, 5, 2), level(98, 1), level(9, 7, 3)];
      const asks = [level(100, 2), level(101, 8, 4), level(1_000, 3)];
      expect(await write(full({ sequence: 12, epoch: 3, timeMs: 1_700_000_000_123, bids, asks }))).toEqual(
        [],
      );
      const expected: Depth = {
        sequence: 12,
        timeline: TIMELINE,
        epoch: 3,
        timeMs: 1_700_000_000_123,
        bids,
        asks,
      };
      expect(await depth()).toEqual(expected);
      expect(await depth(2)).toEqual({ ...expected, bids: bids.slice(0, 2), asks: asks.slice(0, 2) });
    });

    it("tells an empty book from an unknown one", async () => {
      await write(full({ sequence: 1 }));
      expect(await depth()).toMatchObject({ sequence: 1, bids: [], asks: [] });
    });

    it("adds, changes and removes levels by what follows in sequence", async () => {
      await write(full({ sequence: 1, bids: [level(10, 5), level(9, 5)], asks: [level(11, 5)] }));
      const first = change({ previousSequence: 1, sequence: 4, bids: [level(10, 2, 3), level(8, 1)] });
      const second = change({
        previousSequence: 4,
        sequence: 5,
        bids: [level(9, 0, 0)],
        asks: [level(12, 6), level(11, 0, 0), level(13, 0, 0)],
      });
      expect(await write(first, second)).toEqual([]);
      expect(await depth()).toMatchObject({
        sequence: 5,
        bids: [level(10, 2, 3), level(8, 1)],
        asks: [level(12, 6)],
      });
    });

    it("keeps integers up to 2^53 − 1 exact and in order", async () => {
      const most = Number.MAX_SAFE_INTEGER;
      const bids = [level(most, most, 1_000_000), level(most - 1, most - 1), level(most - 2, 1)];
      await write(full({ sequence: most - 1, timeMs: 9_999_999_999_999, bids }));
      await write(
        change({
          previousSequence: most - 1,
          sequence: most,
          bids: [level(most - 1, 3)],
          trades: [trade(1, { price: most, quantity: most - 2 })],
        }),
      );
      expect(await depth()).toMatchObject({ sequence: most, bids: [bids[0], level(most - 1, 3), bids[2]] });
      expect(await harness.reader.recentTrades(SYMBOL, 1)).toEqual([
        trade(1, { price: most, quantity: most - 2 }),
      ]);
    });

    it("reports a gap, leaves the book as it was, and is mended by a full update", async () => {
      await write(full({ sequence: 1, bids: [level(10, 5)] }));
      const late = change({ previousSequence: 2, sequence: 3, bids: [level(10, 1)] });
      expect(await write(late, change({ previousSequence: 3, sequence: 4 }))).toEqual([SYMBOL]);
      expect(await depth()).toMatchObject({ sequence: 1, bids: [level(10, 5)] });
      expect(await write(full({ sequence: 4, bids: [level(10, 1)] }))).toEqual([]);
      expect(await depth()).toMatchObject({ sequence: 4, bids: [level(10, 1)] });
      expect(await write(change({ previousSequence: 4, sequence: 6, bids: [level(7, 7)] }))).toEqual([]);
    });

    it("takes the same updates again without a change", async () => {
      const updates = [
        full({ sequence: 1, bids: [level(10, 5)] }),
        change({ previousSequence: 1, sequence: 2, bids: [level(10, 4)], trades: [trade(1)] }),
        change({ previousSequence: 2, sequence: 3, bids: [level(10, 3)], trades: [trade(2)] }),
      ];
      await write(...updates);
      expect(await write(...updates)).toEqual([]);
      expect(await write(...updates.slice(1))).toEqual([]);
      expect(await depth()).toMatchObject({ sequence: 3, bids: [level(10, 3)] });
      expect(await tradeIds()).toEqual([trade(2).tradeId, trade(1).tradeId]);
    });

    it("keeps recent trades newest first, the newest thousand", async () => {
      await write(full({ sequence: 1 }));
      await write(
        change({ previousSequence: 1, sequence: 2, trades: [trade(1, { takerSide: 1 }), trade(2)] }),
      );
      const two = [trade(2), trade(1, { takerSide: 1 })];
      expect(await harness.reader.recentTrades(SYMBOL, 5)).toEqual(two);
      expect(await harness.reader.recentTrades(SYMBOL, 1)).toEqual(two.slice(0, 1));
      const many = Array.from({ length: 1_200 }, (_, i) => trade(3 + i));
      await write(change({ previousSequence: 2, sequence: 3, trades: many }));
      const newest = many.reverse().slice(0, 1_000);
      expect(await harness.reader.recentTrades(SYMBOL, 5_000)).toEqual(newest);
    });

    it("keeps the trades of an update that did not follow, once", async () => {
      await write(change({ previousSequence: 3, sequence: 4, trades: [trade(1)] }));
      await write(full({ sequence: 4, trades: [trade(1)] }));
      expect(await tradeIds()).toEqual([trade(1).tradeId]);
    });

    it("refuses an older epoch and changes nothing of its symbol", async () => {
      await write(full({ sequence: 5, epoch: 2, bids: [level(10, 5)] }));
      const old = { epoch: 1, bids: [level(10, 9)], trades: [trade(1)] };
      const change6 = write(change({ previousSequence: 5, sequence: 6, ...old }));
      await expect(change6).rejects.toBeInstanceOf(FencedError);
      await expect(write(full({ sequence: 9, ...old }))).rejects.toBeInstanceOf(FencedError);
      expect(await depth()).toMatchObject({ sequence: 5, epoch: 2, bids: [level(10, 5)] });
      expect(await tradeIds()).toEqual([]);
    });

    it("goes on under a newer epoch, which fences the older at once", async () => {
      await write(full({ sequence: 5, epoch: 1, bids: [level(10, 5)] }));
      expect(await write(change({ previousSequence: 5, sequence: 6, epoch: 2 }))).toEqual([]);
      expect(await depth()).toMatchObject({ sequence: 6, epoch: 2, bids: [level(10, 5)] });
      await expect(write(change({ previousSequence: 6, sequence: 7, epoch: 1 }))).rejects.toBeInstanceOf(
        FencedError,
      );
    });

    it("begins a new timeline by a full update only, and refuses the old one from then on", async () => {
      await write(full({ sequence: 50, epoch: 9, bids: [level(10, 5)], trades: [trade(1)] }));
      const moved = { timeline: OTHER_TIMELINE, epoch: 1 };
      expect(await write(change({ ...moved, previousSequence: 50, sequence: 51 }))).toEqual([SYMBOL]);
      expect(await depth()).toMatchObject({ sequence: 50, timeline: TIMELINE });
      expect(await write(full({ ...moved, sequence: 20, asks: [level(11, 1)] }))).toEqual([]);
      expect(await depth()).toMatchObject({ ...moved, sequence: 20, bids: [], asks: [level(11, 1)] });
      expect(await tradeIds()).toEqual([]);
      const old = change({ previousSequence: 20, sequence: 52, epoch: 10 });
      await expect(write(old)).rejects.toBeInstanceOf(FencedError);
      await expect(write({ ...old, full: true })).rejects.toBeInstanceOf(FencedError);
    });

    it("writes many symbols at once and reports exactly those that did not follow", async () => {
      const symbols = Array.from({ length: 40 }, (_, i) => i + 1);
      await write(...symbols.map((symbol) => full({ symbol, sequence: 1, bids: [level(symbol, 1)] })));
      const updates = symbols.map((symbol) =>
        change({ symbol, previousSequence: symbol % 10 === 0 ? 2 : 1, sequence: 3, bids: [level(500, 2)] }),
      );
      expect([...(await write(...updates))].sort((a, b) => a - b)).toEqual([10, 20, 30, 40]);
      for (const symbol of symbols) {
        const expected = symbol % 10 === 0 ? [level(symbol, 1)] : [level(500, 2), level(symbol, 1)];
        expect((await depth(5, symbol))?.bids).toEqual(expected);
      }
    });

    it("applies the other symbols of a write of which one is fenced", async () => {
      await write(full({ sequence: 1, epoch: 2 }));
      const both = write(
        full({ sequence: 2, epoch: 1 }),
        full({ symbol: 8, sequence: 2, bids: [level(1, 1)] }),
      );
      await expect(both).rejects.toBeInstanceOf(FencedError);
      expect(await depth(1, 8)).toMatchObject({ sequence: 2 });
    });

    it("keeps the order of writes that were not waited for", async () => {
      await write(full({ sequence: 1 }));
      const writes = Array.from({ length: 50 }, (_, i) =>
        write(change({ previousSequence: i + 1, sequence: i + 2, bids: [level(10, i + 1)] })),
      );
      expect((await Promise.all(writes)).flat()).toEqual([]);
      expect(await depth()).toMatchObject({ sequence: 51, bids: [level(10, 50)] });
    });

    it("holds a book of thousands of levels", async () => {
      const asks = Array.from({ length: 6_000 }, (_, i) => level(1_000 + i, i + 1));
      await write(full({ sequence: 1, asks }));
      expect((await depth(10_000))?.asks).toEqual(asks);
    });

    it("replaces a large book at once: readers see the old one or the new one, never a mixture", async () => {
      const book = (price: number) => Array.from({ length: 9_000 }, (_, i) => level(price + i, price));
      await write(full({ sequence: 1, asks: book(1_000) }));
      const writing = write(full({ sequence: 2, asks: book(50_000) }));
      const follows = write(change({ previousSequence: 2, sequence: 3, asks: [level(50_000, 7)] }));
      let done = false;
      void Promise.allSettled([writing, follows]).then(() => {
        done = true;
      });
      const seen = new Set<string>();
      while (!done) {
        const shown = await depth(20_000);
        const quantities = new Set(shown?.asks.slice(1).map(({ quantity }) => quantity));
        seen.add(`${shown?.asks.length} levels of ${[...quantities].join(" and ")}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await Promise.all([writing, follows])).toEqual([[], []]);
      for (const each of seen) expect(["9000 levels of 1000", "9000 levels of 50000"]).toContain(each);
      expect(await depth(1)).toMatchObject({ sequence: 3, asks: [level(50_000, 7)] });
    });

    it("passes on every update once, in order, to all who listen to its symbol", async () => {
      const [one, two, other]: (BookUpdate | null)[][] = [[], [], []];
      await harness.stream.subscribe(SYMBOL, (update) => one!.push(update));
      const end = await harness.stream.subscribe(SYMBOL, (update) => two!.push(update));
      await harness.stream.subscribe(8, (update) => other!.push(update));
      const sent = [
        full({ sequence: 1, bids: [level(10, 5, 2)], asks: [level(11, 1), level(12, 1)] }),
        change({ previousSequence: 1, sequence: 2, bids: [level(10, 0, 0)], trades: [trade(1), trade(2)] }),
        change({ previousSequence: 2, sequence: 5, timeMs: 1_700_000_000_009, asks: [level(9, 3)] }),
      ];
      await write(...sent);
      await write(...sent.slice(1));
      await arrived(one!, 3);
      await arrived(two!, 3);
      await end();
      const last = change({ previousSequence: 5, sequence: 6, trades: [trade(3, { takerSide: 1 })] });
      await write(last);
      await arrived(one!, 4);
      expect(one).toEqual([...sent, last]);
      expect(two).toEqual(sent);
      expect(other).toEqual([]);
    });

    it("passes on updates that did not follow, then the full one without the trades that are known", async () => {
      const updates: (BookUpdate | null)[] = [];
      await harness.stream.subscribe(SYMBOL, (update) => updates.push(update));
      const late = change({ previousSequence: 3, sequence: 4, trades: [trade(1)] });
      await write(late);
      await write(full({ sequence: 4, bids: [level(10, 1)], trades: [trade(1)] }));
      await arrived(updates, 2);
      expect(updates).toEqual([late, full({ sequence: 4, bids: [level(10, 1)] })]);
    });

    it("passes on nothing of what is fenced", async () => {
      const updates: (BookUpdate | null)[] = [];
      await write(full({ sequence: 5, epoch: 2 }));
      await harness.stream.subscribe(SYMBOL, (update) => updates.push(update));
      await write(full({ sequence: 6, epoch: 1 })).catch(() => undefined);
      const next = change({ previousSequence: 5, sequence: 6, epoch: 2 });
      await write(next);
      await arrived(updates, 1);
      expect(updates).toEqual([next]);
    });

    it("shows what a naive book shows, whatever is written", async () => {
      const anyLevel = fc.record({
        price: fc.integer({ min: 1, max: 30 }),
        quantity: fc.integer({ min: 0, max: 4 }),
        orders: fc.integer({ min: 1, max: 3 }),
      });
      const side = fc.uniqueArray(anyLevel, { selector: ({ price }) => price, maxLength: 6 });
      const batches = fc.array(fc.record({ bids: side, asks: side }), { minLength: 1, maxLength: 20 });
      let symbol = 1_000;
      await fc.assert(
        fc.asyncProperty(batches, async (changes) => {
          symbol += 1;
          const naive = { bids: new Map<number, BookLevel>(), asks: new Map<number, BookLevel>() };
          await write(full({ symbol, sequence: 1 }));
          for (const [i, { bids, asks }] of changes.entries()) {
            for (const each of bids) naive.bids.set(each.price, each);
            for (const each of asks) naive.asks.set(each.price, each);
            await write(change({ symbol, previousSequence: i + 1, sequence: i + 2, bids, asks }));
            const live = (levels: Map<number, BookLevel>) =>
              [...levels.values()].filter(({ quantity }) => quantity > 0).sort((a, b) => a.price - b.price);
            const shown = await depth(100, symbol);
            expect(shown?.bids).toEqual(live(naive.bids).reverse());
            expect(shown?.asks).toEqual(live(naive.asks));
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}

function arrived(updates: readonly unknown[], count: number): Promise<true> {
  return waitFor(`${count} updates`, 10_000, () => updates.length >= count || undefined);
}

/** A book update with nothing in it but what is given. */
export function change(parts: Partial<BookUpdate>): BookUpdate {
  return {
    group: "main",
    symbol: SYMBOL,
    timeline: TIMELINE,
    epoch: 1,
    previousSequence: 0,
    sequence: 1,
    timeMs: 1_700_000_000_000,
    full: false,
    bids: [],
    asks: [],
    trades: [],
    ...parts,
  };
}

export function full(parts: Partial<BookUpdate>): BookUpdate {
  return change({ ...parts, full: true });
}

export function level(price: number, quantity: number, orders = 1): BookLevel {
  return { price, quantity, orders };
}

export function trade(number: number, parts: Partial<MarketTrade> = {}): MarketTrade {
  return {
    tradeId: `0192a000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    price: 100 + number,
    quantity: number,
    takerSide: 0,
    executedAtMs: 1_700_000_000_000 + number,
    ...parts,
  };
}
