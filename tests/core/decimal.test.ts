import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averagePrice,
  DecimalFailure,
  formatTickLots,
  formatUnits,
  isStep,
  parseTickLots,
  parseUnits,
  TICK_LOTS_LIMIT,
} from "../../engine/core/decimal.ts";
import { addProduct, wideValue } from "../../engine/core/wide.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

describe("parseUnits()", () => {
  it("counts steps exactly", () => {
    expect(parseUnits("50000.12", "0.01")).toBe(5_000_012);
    expect(parseUnits("0.3", "0.1")).toBe(3);
    expect(parseUnits("0", "0.01")).toBe(0);
    expect(parseUnits("7.5", "2.5")).toBe(3);
    expect(parseUnits("1.50000000000000000000", "0.5")).toBe(3);
    expect(parseUnits("90071992.54740991", "0.00000001")).toBe(LARGEST);
  });

  it("refuses what is between two steps", () => {
    expect(parseUnits("0.015", "0.01")).toBe(DecimalFailure.OFF_STEP);
    expect(parseUnits("7.6", "2.5")).toBe(DecimalFailure.OFF_STEP);
    expect(parseUnits("0.0000000000000000000000000001", "0.01")).toBe(DecimalFailure.OFF_STEP);
  });

  it("refuses what no integer holds exactly", () => {
    expect(parseUnits("90071992.54740992", "0.00000001")).toBe(DecimalFailure.OUT_OF_RANGE);
    expect(parseUnits("9".repeat(60), "1")).toBe(DecimalFailure.OUT_OF_RANGE);
  });

  it.each([
    "",
    " 1",
    "1 ",
    "+1",
    "-1",
    "-0",
    "1e3",
    "1E3",
    ".5",
    "5.",
    "1.2.3",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "1,5",
    "00.5",
    "01",
    "١",
    "9".repeat(65),
  ])("takes no text but a plain decimal: %j", (text) => {
    expect(parseUnits(text, "0.01")).toBe(DecimalFailure.MALFORMED);
  });

  it("reads back what formatUnits() writes", () => {
    const steps = fc.constantFrom("1", "0.01", "0.00000001", "0.25", "5", "2.50", "0.000000000000001");
    const check = (units: number, step: string): void => {
      expect(parseUnits(formatUnits(units, step), step)).toBe(units);
    };
    fc.assert(fc.property(fc.integer({ min: 0, max: LARGEST }), steps, check));
  });
});

describe("formatUnits()", () => {
  it("writes as many decimals as the step has", () => {
    expect(formatUnits(30, "0.01")).toBe("0.30");
    expect(formatUnits(5, "0.00000001")).toBe("0.00000005");
    expect(formatUnits(3, "25")).toBe("75");
    expect(formatUnits(LARGEST, "0.25")).toBe("2251799813685247.75");
  });

  it("throws on what is no count of steps", () => {
    for (const units of [-1, 0.5, Number.NaN, LARGEST + 1]) {
      expect(() => formatUnits(units, "0.01")).toThrow(RangeError);
    }
  });
});

describe("quote amounts in tick-lots", () => {
  it("are exact past 2^53", () => {
    const tenBitcoin = parseTickLots("1000000.00", "0.01", "0.00000001");
    expect(tenBitcoin).toBe(10n ** 16n);
    expect(formatTickLots(10n ** 16n, "0.01", "0.00000001")).toBe("1000000.00");
    expect(formatTickLots(1n, "0.01", "0.00000001")).toBe("0.0000000001");
    expect(formatTickLots(1_500_000_000n, "0.01", "0.00000001")).toBe("0.15");
    expect(formatTickLots(12n, "1", "1")).toBe("12");
    expect(formatTickLots(12n, "1", "0.1")).toBe("1.2");
    expect(formatTickLots(20n, "1", "0.1")).toBe("2");
  });

  it("fail as prices and quantities do", () => {
    expect(parseTickLots("x", "0.01", "0.1")).toBe(DecimalFailure.MALFORMED);
    expect(parseTickLots("0.0001", "0.01", "0.1")).toBe(DecimalFailure.OFF_STEP);
    expect(parseTickLots(String(TICK_LOTS_LIMIT), "1", "1")).toBe(DecimalFailure.OUT_OF_RANGE);
    expect(parseTickLots(String(TICK_LOTS_LIMIT - 1n), "1", "1")).toBe(TICK_LOTS_LIMIT - 1n);
  });
});

describe("averagePrice()", () => {
  it("is null before the first fill, and rounds half to even", () => {
    expect(averagePrice(0n, 0, "0.01")).toBeNull();
    expect(averagePrice(10n, 2, "0.01")).toBe("0.05000000");
    expect(averagePrice(10n, 3, "0.01")).toBe("0.03333333");
    expect(averagePrice(20n, 3, "0.01")).toBe("0.06666667");
    expect(averagePrice(1n, 2, "0.00000001")).toBe("0.00000000");
    expect(averagePrice(3n, 2, "0.00000001")).toBe("0.00000002");
    expect(averagePrice(5n, 2, "0.00000001")).toBe("0.00000002");
  });

  it("counts in steps that are not one of the last place", () => {
    expect(averagePrice(3n, 2, "0.25")).toBe("0.37500000");
    expect(averagePrice(7n, 3, "50")).toBe("116.66666667");
  });
});

describe("isStep()", () => {
  it("is a plain decimal above zero", () => {
    expect(["0.01", "1", "25", "0.25"].every(isStep)).toBe(true);
    expect(["0", "0.00", "-1", "", "1e2", ".1"].some(isStep)).toBe(false);
    expect(isStep(`0.${"0".repeat(200)}1`)).toBe(false);
  });
});

describe("addProduct()", () => {
  it("is exact for any prices and quantities whose sum two limbs hold", () => {
    const bits = fc.integer({ min: 1, max: 53 });
    const amount = fc
      .tuple(bits, fc.maxSafeNat())
      .map(([width, value]) => Number(BigInt.asUintN(width, BigInt(value))));
    const check = (products: [number, number][]): void => {
      const limbs = new Float64Array(2);
      let exact = 0n;
      for (const [price, quantity] of products) {
        exact += BigInt(price) * BigInt(quantity);
        addProduct(limbs, 0, 1, price, quantity);
        expect(wideValue(limbs[0]!, limbs[1]!)).toBe(exact);
        expect(limbs[0]!).toBeGreaterThanOrEqual(0);
        expect(limbs[0]!).toBeLessThanOrEqual(LARGEST);
      }
    };
    fc.assert(fc.property(fc.array(fc.tuple(amount, amount), { maxLength: 4 }), check), { numRuns: 2_000 });
  });

  it("is exact where the rounded product is a little above or below a multiple of 2^53", () => {
    const limb = 2n ** 53n;
    const check = (quantity: number, multiple: number, off: number): void => {
      const near = (BigInt(multiple) * limb) / BigInt(quantity) + BigInt(off);
      fc.pre(near > 0n && near <= BigInt(LARGEST));
      const limbs = new Float64Array(2);
      addProduct(limbs, 0, 1, Number(near), quantity);
      const exact = near * BigInt(quantity);
      expect([BigInt(limbs[0]!), BigInt(limbs[1]!)]).toEqual([exact % limb, exact / limb]);
    };
    const large = fc.integer({ min: 2 ** 40, max: LARGEST });
    fc.assert(fc.property(large, large, fc.integer({ min: -2, max: 2 }), check), { numRuns: 5_000 });
  });

  it("is exact at the largest product", () => {
    const limbs = new Float64Array(2);
    addProduct(limbs, 0, 1, LARGEST, LARGEST);
    expect(wideValue(limbs[0]!, limbs[1]!)).toBe(BigInt(LARGEST) ** 2n);
  });
});
