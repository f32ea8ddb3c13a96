import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Levels } from "../../engine/core/levels.ts";
import { seededRandom } from "../../infra/seeded-random.ts";

/** Prices that lie together, far apart, and at every power of two. */
const prices = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 99_900, max: 100_100 }),
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
  fc.integer({ min: 1, max: 53 }).map((power) => 2 ** power - 1),
);

function inOrder(levels: Levels, side: number): number[] {
  const found: number[] = [];
  for (let level = levels.best(side); level >= 0; level = levels.worse(level))
    found.push(levels.price(level));
  return found;
}

describe("levels of a side", () => {
  for (const ascending of [true, false]) {
    it(`are the sorted set of its prices, ${ascending ? "lowest" : "highest"} best`, () => {
      const check = (steps: { price: number; adds: boolean }[]): void => {
        const levels = new Levels();
        const other = levels.addSide(!ascending);
        const side = levels.addSide(ascending);
        const expected = new Set<number>();
        for (const { price, adds } of steps) {
          const level = levels.find(side, price);
          expect(level >= 0).toBe(expected.has(price));
          if (adds) {
            expect(levels.price(levels.at(side, price))).toBe(price);
            expected.add(price);
          } else if (level >= 0) {
            levels.remove(level);
            expected.delete(price);
          }
          const sorted = [...expected].sort((left, right) => (ascending ? left - right : right - left));
          expect(inOrder(levels, side)).toEqual(sorted);
          expect(levels.levelCount(side)).toBe(expected.size);
          expect(levels.best(other)).toBe(-1);
        }
      };
      const step = fc.record({ price: prices, adds: fc.boolean() });
      fc.assert(fc.property(fc.array(step, { maxLength: 80 }), check), { numRuns: 300 });
    });
  }

  it("stay sorted through thousands that come and go, more than are kept empty", () => {
    const random = seededRandom(11);
    const levels = new Levels();
    const sides = [levels.addSide(false), levels.addSide(true)];
    const present = sides.map(() => new Set<number>());
    for (let step = 0; step < 60_000; step += 1) {
      const which = step & 1;
      const side = sides[which]!;
      // Mostly prices all over a wide range, each alone in its page; now and then beside one another.
      const price = Math.floor(random() * (random() < 0.1 ? 2_000 : 2 ** 40));
      const known = [...present[which]!];
      if (known.length > 0 && random() < 0.5) {
        const leaving = known[Math.floor(random() * known.length)]!;
        levels.remove(levels.find(side, leaving));
        present[which]!.delete(leaving);
      } else if (known.length < 60) {
        levels.at(side, price);
        present[which]!.add(price);
      }
      if (step % 50 !== 0) continue;
      const sorted = [...present[which]!].sort((left, right) => (which === 1 ? left - right : right - left));
      expect(inOrder(levels, side)).toEqual(sorted);
      expect(levels.bestPrice(side)).toBe(sorted[0] ?? 0);
    }
  });

  it("take memory for the prices present, not for the range", () => {
    const levels = new Levels();
    const side = levels.addSide(true);
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 5_000; index += 1) levels.at(side, (index * 1_234_567_891_011) % 2 ** 53);
      expect(levels.levelCount(side)).toBe(5_000);
      while (levels.best(side) >= 0) levels.remove(levels.best(side));
    }
    // Two segments of 4,096: rows are given again.
    expect(levels.segments).toHaveLength(2);
  });
});
