import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compare,
  exact,
  floorTo,
  format,
  multiply,
  parse,
  subtract,
} from "../../console/amounts/decimal.js";
import { compact, grouped, sized, trimmed } from "../../console/amounts/show.js";

/** The console's own exact decimals, and how it writes them. */

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([units, scale]) => ({ units, scale }));

describe("decimals", () => {
  test("are read back as they are written", () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(compare(exact(format(value)), value)).toBe(0);
      }),
    );
  });

  test("0.1 + 0.2 is 0.3, and no sum or product is ever rounded", () => {
    expect(format(add(exact("0.1"), exact("0.2")))).toBe("0.3");
    expect(format(multiply(exact("67250.01"), exact("0.00000003")))).toBe("0.0020175003");
    fc.assert(
      fc.property(decimals, decimals, (left, right) => {
        expect(compare(subtract(add(left, right), right), left)).toBe(0);
      }),
    );
  });

  test("what is none is refused, not guessed", () => {
    expect(["", ".", "1e5", "1,5", "abc", "--1", "0x1"].map(parse)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([".5", "5.", " 1 "].map((text) => format(parse(text) ?? exact("9")))).toEqual(["0.5", "5", "1"]);
  });

  test("are put down to a multiple of a step", () => {
    expect(format(floorTo(exact("1.239"), exact("0.05")), 2)).toBe("1.20");
  });
});

test("digits are grouped, cut and shortened, never rounded up", () => {
  expect(grouped("1234567.00891")).toBe("1,234,567.00891");
  expect(trimmed("0.50000000", 2)).toBe("0.50");
  expect(trimmed("12.00")).toBe("12");
  expect(compact("1999999.9")).toBe("1.99M");
  expect(sized("0.12999999")).toBe("0.12999");
  expect(sized("1234.56789")).toBe("1,234.56");
  expect(grouped(null)).toBe("–");
});
