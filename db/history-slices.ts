/** Part of a window of time, `toMs` exclusive. */
export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 86_400_000;
const FIRST_SLICE_DAYS = 8;

/**
 * A window cut into slices, newest first, each twice as long as the one before. A statement over
 * years of daily partitions takes most of a second to plan; over a slice it takes milliseconds, and
 * the page is mostly full after the first.
 */
export function* historySlices({ fromMs, toMs }: Slice): Generator<Slice> {
  let lengthMs = FIRST_SLICE_DAYS * DAY_MS;
  let end = toMs;
  while (end > fromMs) {
    const start = Math.max(fromMs, end - lengthMs);
    yield { fromMs: start, toMs: end };
    end = start;
    lengthMs *= 2;
  }
}
