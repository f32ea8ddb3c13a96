/** How two lists of records that should be the same are. */
export interface Comparison {
  /** What the lists are of: `trades`. */
  readonly what: string;
  readonly expected: number;
  readonly actual: number;
  readonly differences: number;
  /** The first few, as text. */
  readonly shown: readonly string[];
}

const SHOWN = 10;

/**
 * Compares record by record, in order, by the text that `show` makes of each. (One that is missing
 * makes all behind it differ: in a sequence of trades the first difference is what matters.)
 */
export function compareRecords<T>(
  what: string,
  expected: readonly T[],
  actual: readonly T[],
  show: (record: T) => string,
): Comparison {
  const shown: string[] = [];
  let differences = 0;
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    const wanted = index < expected.length ? show(expected[index] as T) : "nothing";
    const found = index < actual.length ? show(actual[index] as T) : "nothing";
    if (wanted === found) continue;
    differences += 1;
    if (shown.length < SHOWN) shown.push(`${what} ${index + 1}: expected ${wanted}, found ${found}`);
  }
  return { what, expected: expected.length, actual: actual.length, differences, shown };
}
