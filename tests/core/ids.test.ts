import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IdWords } from "../../engine/core/command.ts";
import { formatId, idSymbol, idTimeMs, isUuid, makeId, makeTradeId, parseId } from "../../engine/ids.ts";

const zero = (): IdWords => ({ a: 0, b: 0, c: 0, d: 0 });
const timesMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("order and command ids", () => {
  test("carry the time and the symbol that they were made with, and are version 7 UUIDs", () => {
    fc.assert(
      fc.property(
        timesMs,
        fc.integer({ min: 0, max: 65_535 }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        (timeMs, symbol, random) => {
          const id = makeId(timeMs, symbol, random, zero());
          const text = formatId(id);
          expect(isUuid(text)).toBe(true);
          expect(text[14]).toBe("7");
          expect("89ab").toContain(text[19]);
          expect(idTimeMs(id)).toBe(timeMs);
          expect(idSymbol(id)).toBe(symbol);
          expect(parseId(text, zero())).toEqual(id);
          expect(parseId(text.toUpperCase(), zero())).toEqual(id);
        },
      ),
    );
  });

  test("sort by time as text", () => {
    fc.assert(
      fc.property(timesMs, timesMs, (one, other) => {
        fc.pre(one < other);
        const random = new Uint8Array(8).fill(255);
        const earlier = formatId(makeId(one, 65_535, random, zero()));
        const later = formatId(makeId(other, 0, new Uint8Array(8), zero()));
        expect(earlier < later).toBe(true);
      }),
    );
  });

  test("parseId() refuses what is not a canonical UUID", () => {
    for (const text of [
      "",
      "x",
      "0192f5e0-0000-7000-8000-00000000000",
      "0192f5e0000070008000000000000000",
      "g192f5e0-0000-7000-8000-000000000000",
    ]) {
      expect(() => parseId(text, zero())).toThrow(RangeError);
    }
  });
});

describe("trade ids", () => {
  test("differ whenever group, sequence or place differ, at one time", () => {
    const seen = new Set<string>();
    const places = [0, 1, 2 ** 22 - 1];
    const sequences = [1, 2, 1023, 1024, 2 ** 32, 2 ** 40 - 1];
    const groups = [0, 1, 4_095];
    for (const group of groups)
      for (const sequence of sequences)
        for (const place of places)
          seen.add(formatId(makeTradeId(1_700_000_000_000, group, sequence, place, zero())));
    expect(seen.size).toBe(places.length * sequences.length * groups.length);
    for (const text of seen)
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
