import type { BookState, StepOutcome } from "./book-state.ts";
import type { Step } from "./scenario.ts";

/** What was seen at one step, or at the end of a scenario (then `step` is null and `outcome` has all trades). */
export interface Seen {
  readonly step: Step | null;
  readonly outcome: StepOutcome;
  /** True where trades were asserted summed per maker and price. */
  readonly aggregated: boolean;
  /** Before the step; there when a key needs it. */
  readonly before: BookState | null;
  /** After the step; there when a key needs it. */
  readonly after: BookState | null;
}

/** One value that is not what it should be, and where: `book.bids[0]`. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Why an expectation could not be checked. */
export interface Unchecked {
  readonly unchecked: string;
}

export type CheckResult = readonly Difference[] | Unchecked;

/** An expectation whose value has not the form that its key should have. */
export const NOT_UNDERSTOOD: Unchecked = { unchecked: "form not understood" };

export function isUnchecked(result: CheckResult): result is Unchecked {
  return "unchecked" in result;
}

export function stateAfter(seen: Seen): BookState {
  if (seen.after === null) throw new Error("the state was not asked for");
  return seen.after;
}

/** Nothing when the values are equal; lists and objects by content. */
export function compare(path: string, expected: unknown, actual: unknown): Difference[] {
  return sameValue(expected, actual) ? [] : [{ path, expected, actual: plain(actual) }];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sameValue(expected: unknown, actual: unknown): boolean {
  if (typeof actual === "bigint") {
    // What is beyond a double in the file has lost its last digits there already.
    return (
      typeof expected === "number" &&
      (Number.isSafeInteger(expected) ? BigInt(expected) === actual : expected === Number(actual))
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return (
      expected.length === actual.length && expected.every((value, index) => sameValue(value, actual[index]))
    );
  }
  if (isRecord(expected) && isRecord(actual)) {
    const keys = Object.keys(expected);
    return (
      keys.length === Object.keys(actual).length && keys.every((key) => sameValue(expected[key], actual[key]))
    );
  }
  return expected === actual;
}

/** For JSON, which has no bigint. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value ?? null;
}
