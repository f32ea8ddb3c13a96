import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Book } from "../../console/market/book.js";
import { rowsOf, sweep } from "../../console/market/book-view.js";
import { crc32 } from "../../console/market/crc32.js";

/** The console's copy of a book: the stream's rules, and what is shown of it. */

type WireLevel = [price: string, quantity: string, orders: number];

const newBook = () => new Book({ priceScale: 2, quantityScale: 3 });
const snapshot = (bids: WireLevel[], asks: WireLevel[], u = 10) => ({ u, bids, asks });

/** The checksum as the stream's documents have it, out of lists that are already in order. */
function checksumOf(asks: readonly WireLevel[], bids: readonly WireLevel[]): number {
  const digits = (text: string) => text.replace(".", "").replace(/^0+/, "");
  const levels = [...asks.slice(0, 10), ...bids.slice(0, 10)];
  return zlibCrc32(levels.map(([price, quantity]) => digits(price) + digits(quantity)).join(""));
}

test("CRC-32 is zlib's", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]*$/), (text) => {
      expect(crc32(text)).toBe(zlibCrc32(text));
    }),
  );
});

describe("a copy of the book", () => {
  test("follows any changes as a plain map of levels does", () => {
    const change = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 20 }), (updates) => {
        const book = newBook();
        book.reset(snapshot([], [], 0));
        const plain = { bids: new Map<number, WireLevel>(), asks: new Map<number, WireLevel>() };
        const sorted = (side: "bids" | "asks") =>
          [...plain[side]]
            .sort(([left], [right]) => (side === "asks" ? left - right : right - left))
            .map(([, level]) => level);
        updates.forEach((changes, index) => {
          const update = { U: index + 1, u: index + 1, bids: [] as WireLevel[], asks: [] as WireLevel[] };
          for (const [isBid, place, lots] of changes) {
            const side = isBid ? "bids" : "asks";
            const level: WireLevel = [`${100 + place}.00`, `0.00${lots}`, lots];
            update[side].push(level);
            if (lots === 0) plain[side].delete(place);
            else plain[side].set(place, level);
          }
          expect(book.apply({ ...update, checksum: checksumOf(sorted("asks"), sorted("bids")) })).toBe(true);
        });
        expect(book.asks.map(({ price }) => price)).toEqual(sorted("asks").map(([price]) => price));
        expect(book.bids.map(({ quantity }) => quantity)).toEqual(
          sorted("bids").map(([, quantity]) => quantity),
        );
      }),
    );
  });

  test("is not used any more after a gap or a wrong checksum, until a new snapshot", () => {
    const bids: WireLevel[] = [["100.00", "1.000", 1]];
    const book = newBook();
    book.reset(snapshot(bids, []));
    expect(book.apply({ U: 12, u: 12, bids: [], asks: [], checksum: checksumOf([], bids) })).toBe(false);
    expect(book.sequence).toBeNull();
    expect(book.apply({ U: 13, u: 13, bids: [], asks: [], checksum: checksumOf([], bids) })).toBe(false);
    expect(book.reset({ ...snapshot(bids, [], 20), checksum: checksumOf([], bids) })).toBe(true);
    expect(book.apply({ U: 21, u: 22, bids: [], asks: [], checksum: 1 })).toBe(false);
    expect(book.sequence).toBeNull();
  });

  test("passes over what its snapshot had already", () => {
    const book = newBook();
    book.reset(snapshot([["100.00", "1.000", 1]], []));
    expect(book.apply({ U: 9, u: 10, bids: [["100.00", "0.000", 0]], asks: [], checksum: 0 })).toBe(true);
    expect(book.bids).toHaveLength(1);
  });
});

describe("what is shown of it", () => {
  const book = newBook();
  book.reset(
    snapshot(
      [
        ["100.19", "1.000", 1],
        ["100.11", "2.000", 1],
        ["99.95", "4.000", 1],
      ],
      [
        ["100.21", "1.000", 1],
        ["100.29", "2.000", 1],
        ["100.31", "4.000", 1],
      ],
    ),
  );

  test("levels are put together so that no row promises a better price than it has", () => {
    const shown = (rows: readonly { units: bigint; lots: bigint; sum: bigint }[]) =>
      rows.map(({ units, lots, sum }) => [units, lots, sum].map(Number));
    expect(shown(rowsOf(book.bids, "bid", 10n, 5))).toEqual([
      [10_010, 3_000, 3_000],
      [9_990, 4_000, 7_000],
    ]);
    expect(shown(rowsOf(book.asks, "ask", 10n, 1))).toEqual([[10_030, 3_000, 3_000]]);
  });

  test("a sweep says what is there, what it costs and how far it goes", () => {
    expect(sweep(book.asks, 2_000n)).toEqual({
      filled: 2_000n,
      cost: 10_021_000n + 10_029_000n,
      worst: 10_029n,
    });
    expect(sweep(book.asks, 99_000n).filled).toBe(7_000n);
  });
});
