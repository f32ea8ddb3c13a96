import { z } from "@hono/zod-openapi";
import type { ProblemCode } from "../problem-table.ts";

/** Longest amount that is read at all; the range itself is checked against the symbol's steps. */
const MAX_AMOUNT_LENGTH = 60;

const DECIMAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const WITH_EXPONENT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+$/;
const NEGATIVE = /^-(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;
const ONLY_ZEROS = /^[0.]+$/;

const DETAILS = {
  AMOUNT_HAS_EXPONENT: 'write the digits out, as in "0.00001"',
  AMOUNT_NEGATIVE: "amounts are above zero",
  AMOUNT_ZERO: "amounts are above zero",
  AMOUNT_MALFORMED: 'a decimal number in a string, as in "50000.12"',
  AMOUNT_OUT_OF_RANGE: `at most ${MAX_AMOUNT_LENGTH} characters`,
} as const satisfies Partial<Record<ProblemCode, string>>;

/** What is wrong with an amount before any step is known, or null. */
function amountFault(text: string): keyof typeof DETAILS | null {
  if (DECIMAL.test(text)) {
    if (ONLY_ZEROS.test(text)) return "AMOUNT_ZERO";
    return text.length > MAX_AMOUNT_LENGTH ? "AMOUNT_OUT_OF_RANGE" : null;
  }
  if (WITH_EXPONENT.test(text)) return "AMOUNT_HAS_EXPONENT";
  if (NEGATIVE.test(text)) return "AMOUNT_NEGATIVE";
  return "AMOUNT_MALFORMED";
}

function amount(description: string, example: string) {
  return z
    .string()
    .superRefine((text, context) => {
      const code = amountFault(text);
      if (code !== null) context.addIssue({ code: "custom", params: { code }, message: DETAILS[code] });
    })
    .openapi({ description, example, pattern: DECIMAL.source, maxLength: MAX_AMOUNT_LENGTH });
}

/** A price in a request: above zero, a multiple of the symbol's `priceStep`. */
export const price = (description: string, example = "50000.00") =>
  amount(`${description} A decimal string above zero, a multiple of the symbol's priceStep.`, example);

/** A quantity in a request: above zero, a multiple of the symbol's `quantityStep`. */
export const quantity = (description: string, example = "0.5") =>
  amount(`${description} A decimal string above zero, a multiple of the symbol's quantityStep.`, example);

/** An amount of the quote asset in a request. */
export const quoteAmount = (description: string, example = "1000.00") =>
  amount(`${description} A decimal string above zero.`, example);

/** An amount in an answer. */
export const amountOut = (description: string, example: string) =>
  z.string().openapi({ description, example });

/** A time in an answer: ISO 8601, UTC, milliseconds. */
export const timeOut = (description: string) =>
  z.string().openapi({ description, format: "date-time", example: "2026-01-02T03:04:05.678Z" });
