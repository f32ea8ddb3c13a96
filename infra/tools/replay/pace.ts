/**
 * When each command is due. At `max` always now; at 1× as far after the first command as its
 * timestamp is after the first one's; at 10× ten times as soon.
 */
export class Pace {
  readonly #speed: number | "max";
  readonly #nowMs: () => number;
  #startedMs: number | null = null;
  #firstTsMs = 0;
  #lastDueMs = 0;

  /** @param nowMs a clock that only goes forward */
  constructor(speed: number | "max", nowMs: () => number = () => performance.now()) {
    this.#speed = speed;
    this.#nowMs = nowMs;
  }

  /**
   * Milliseconds until a command is due; 0 when it is due, or has no timestamp. A timestamp before
   * the one before counts as that one: order comes first.
   * @param ts seconds, as the file has them
   */
  untilDueMs(ts: string): number {
    if (this.#speed === "max") return 0;
    if (ts !== "") {
      const tsMs = Number(ts) * 1000;
      if (this.#startedMs === null) {
        this.#startedMs = this.#nowMs();
        this.#firstTsMs = tsMs;
      }
      this.#lastDueMs = Math.max(this.#lastDueMs, (tsMs - this.#firstTsMs) / this.#speed);
    }
    if (this.#startedMs === null) return 0;
    return Math.max(0, this.#startedMs + this.#lastDueMs - this.#nowMs());
  }
}

/** `max`, `1x`, `10x`, `0.5x`; null for anything else. */
export function parseSpeed(text: string): number | "max" | null {
  if (text === "max") return "max";
  const match = /^(\d{1,6}(?:\.\d{1,3})?)x?$/.exec(text);
  const speed = Number(match?.[1] ?? 0);
  return speed > 0 ? speed : null;
}
