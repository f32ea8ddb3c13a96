import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExtraDouble, ExtraWord, OrderExtras } from "../../engine/core/order-extras.ts";
import * as Row from "../../engine/core/order-row.ts";
import { OrderTable } from "../../engine/core/order-table.ts";
import { Side } from "../../engine/core/terms.ts";
import { TrailingStops } from "../../engine/core/trailing-stops.ts";

interface Naive {
  slot: number;
  extreme: bigint;
  delta: bigint;
  amount: bigint;
}

type Step = {
  kind: "trade" | "activate" | "remove" | "change";
  price: number;
  value: number;
  byDelta: boolean;
};

const steps = (highest: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom("trade", "trade", "activate", "remove", "change"),
      price: fc.integer({ min: Math.max(1, highest - 200), max: highest }),
      value: fc.integer({ min: 1, max: 300 }),
      byDelta: fc.boolean(),
    }),
    { maxLength: 120 },
  );

/** The condition as the semantics write it. */
function triggers(side: Side, order: Naive, last: bigint): boolean {
  const { extreme, delta, amount } = order;
  if (side === Side.Sell) {
    return delta > 0n ? last * 10_000n <= extreme * (10_000n - delta) : last <= extreme - amount;
  }
  return delta > 0n ? last * 10_000n >= extreme * (10_000n + delta) : last >= extreme + amount;
}

function drive(side: Side, given: Step[]): void {
  const extras = new OrderExtras();
  const orders = new OrderTable(64);
  const stops = new TrailingStops(orders, extras, side);
  const further = (left: bigint, right: bigint): bigint =>
    left > right === (side === Side.Sell) ? left : right;
  let naive: Naive[] = [];
  for (const { kind, price, value, byDelta } of given) {
    const wide = BigInt(price);
    if (kind === "trade" || kind === "activate") {
      const found: number[] = [];
      stops.observe(price, found);
      for (const order of naive) order.extreme = further(order.extreme, wide);
      const expected = naive.filter((order) => triggers(side, order, wide)).map((order) => order.slot);
      expect(found.sort()).toEqual(expected.sort());
      naive = naive.filter((order) => !expected.includes(order.slot));
    }
    if (kind === "activate") {
      const slot = orders.allocate();
      const row = extras.allocate();
      orders.setWord(slot, Row.EXTRAS, row);
      extras.setWord(row, ExtraWord.TrailingDelta, byDelta ? value : 0);
      extras.setDouble(row, ExtraDouble.TrailingAmount, byDelta ? 0 : value);
      stops.activate(slot, price);
      naive.push({
        slot,
        extreme: wide,
        delta: byDelta ? BigInt(value) : 0n,
        amount: byDelta ? 0n : BigInt(value),
      });
    }
    const chosen = naive[value % Math.max(1, naive.length)];
    if (kind === "remove" && chosen !== undefined) {
      stops.remove(chosen.slot);
      naive = naive.filter((order) => order !== chosen);
    }
    if (kind === "change" && chosen !== undefined) {
      stops.change(chosen.slot, () => {
        const row = orders.extras(chosen.slot);
        extras.setWord(row, ExtraWord.TrailingDelta, byDelta ? value : 0);
        extras.setDouble(row, ExtraDouble.TrailingAmount, byDelta ? 0 : value);
      });
      chosen.delta = byDelta ? BigInt(value) : 0n;
      chosen.amount = byDelta ? 0n : BigInt(value);
    }
    for (const order of naive) expect(BigInt(stops.extremeOf(order.slot))).toBe(order.extreme);
    const listed: number[] = [];
    stops.forEach((slot) => {
      listed.push(slot);
    });
    expect(listed.sort()).toEqual(naive.map((order) => order.slot).sort());
  }
}

describe("active trailing stops", () => {
  for (const side of [Side.Buy, Side.Sell]) {
    for (const highest of [300, Number.MAX_SAFE_INTEGER]) {
      it(`trigger as each looked at alone would: side ${side}, prices up to ${highest}`, () => {
        fc.assert(
          fc.property(steps(highest), (given) => drive(side, given)),
          { numRuns: 200 },
        );
      });
    }
  }
});
