import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atOnce } from "../../../engine/core/steps.ts";
import { RESEND_WINDOW_MS, RecentIds } from "../../../engine/recent-ids.ts";
import { ByteReader } from "../../../engine/wire/byte-reader.ts";
import { ByteWriter } from "../../../engine/wire/byte-writer.ts";

function idOf(number: number): { a: number; b: number; c: number; d: number } {
  return { a: number % 7, b: number % 3, c: 5, d: number };
}

function restored(ids: RecentIds): RecentIds {
  const writer = new ByteWriter();
  atOnce(ids.writeSteps(writer));
  const reader = new ByteReader().open(writer.toBytes());
  const copy = new RecentIds(4, 8);
  copy.read(reader);
  expect(reader.finished()).toBe(true);
  return copy;
}

describe("recent command ids", () => {
  it("find what was added, and nothing else, through growth", () => {
    const ids = new RecentIds();
    for (let number = 1; number <= 20_000; number++) ids.add(idOf(number), number, 1_000);
    for (let number = 1; number <= 20_000; number++) expect(ids.find(idOf(number))).toBe(number);
    expect(ids.find(idOf(20_001))).toBe(0);
    expect(ids.find({ a: 1, b: 1, c: 5, d: 2 })).toBe(0);
  });

  it("keep every id for the time in which it may be sent again, and say from when on they may have forgotten", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 200 }),
        (gaps) => {
          const ids = new RecentIds(4);
          const added: { number: number; timeMs: number }[] = [];
          let timeMs = 1_000_000;
          gaps.forEach((gap, index) => {
            timeMs += gap;
            ids.add(idOf(index + 1), index + 1, timeMs);
            added.push({ number: index + 1, timeMs });
            for (const one of added) {
              const found = ids.find(idOf(one.number));
              if (one.timeMs >= timeMs - RESEND_WINDOW_MS) expect(found).toBe(one.number);
              if (one.timeMs > ids.forgottenUntilMs) expect(found).toBe(one.number);
            }
          });
        },
      ),
    );
  });

  it("are bounded by number, and say honestly what that cost", () => {
    const ids = new RecentIds(4, 8);
    for (let number = 1; number <= 100; number++) ids.add(idOf(number), number, number);
    expect(ids.size).toBeLessThanOrEqual(16);
    for (let number = 1; number <= 100; number++) {
      if (number > ids.forgottenUntilMs) expect(ids.find(idOf(number))).toBe(number);
    }
    expect(ids.find(idOf(100))).toBe(100);
  });

  it("are the same after a snapshot, and go on the same", () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), (count) => {
        const ids = new RecentIds(4, 8);
        for (let number = 1; number <= count; number++) ids.add(idOf(number), number * 3, number * 50);
        const copy = restored(ids);
        for (let number = 1; number <= count + 1; number++) {
          expect(copy.find(idOf(number))).toBe(ids.find(idOf(number)));
        }
        expect(copy.forgottenUntilMs).toBe(ids.forgottenUntilMs);
        for (let number = count + 1; number <= count + 20; number++) {
          ids.add(idOf(number), number * 3, number * 50);
          copy.add(idOf(number), number * 3, number * 50);
        }
        expect(copy.forgottenUntilMs).toBe(ids.forgottenUntilMs);
        expect(copy.size).toBe(ids.size);
      }),
    );
  });

  it("do not read back from torn bytes", () => {
    const ids = new RecentIds();
    for (let number = 1; number <= 10; number++) ids.add(idOf(number), number, 1);
    const writer = new ByteWriter();
    atOnce(ids.writeSteps(writer));
    const bytes = writer.toBytes();
    for (let length = 0; length < bytes.length; length++) {
      const reader = new ByteReader().open(bytes, 0, length);
      new RecentIds().read(reader);
      expect(reader.finished()).toBe(false);
    }
  });
});
