import { expect, test } from "vitest";
import { problem, problemOfRefusal, problemType } from "../../../api/problem.ts";
import { PROBLEM_CODES, PROBLEMS } from "../../../api/problem-table.ts";
import { Code } from "../../../engine/core/codes.ts";

const REFUSALS = Object.entries(Code).filter(([, code]) => code > 0 && code < 100);
const REASONS = Object.entries(Code).filter(([, code]) => code >= 100);

test("every refusal of the engine has a status and a meaning", () => {
  for (const [name, code] of REFUSALS) {
    expect(problemOfRefusal(code)).toMatchObject({
      code: name,
      status: expect.any(Number),
      title: expect.any(String),
    });
  }
});

test("reasons why an order ended are no errors", () => {
  for (const [name, code] of REASONS) {
    expect(PROBLEM_CODES).not.toContain(name);
    expect(() => problemOfRefusal(code)).toThrow(RangeError);
  }
});

test("no two codes share a meaning or a type", () => {
  const titles = PROBLEM_CODES.map((code) => PROBLEMS[code].title);
  expect(new Set(titles).size).toBe(titles.length);
  const types = PROBLEM_CODES.map(problemType);
  expect(new Set(types).size).toBe(types.length);
});

test("a problem is RFC 9457 with a stable code", () => {
  expect(problem("PRICE_NOT_ON_TICK", { detail: "a multiple of 0.01" })).toEqual({
    type: "/problems/price-not-on-tick",
    title: "The price is no multiple of the price step",
    status: 422,
    code: "PRICE_NOT_ON_TICK",
    detail: "a multiple of 0.01",
  });
});
