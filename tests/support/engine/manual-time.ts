import type { Timers } from "../../../engine/engine-ports.ts";
import type { Clock } from "../../../engine/ports.ts";

interface Waiting {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it, and the timers that go by it. */
export class ManualTime implements Clock, Timers {
  #nowMs: number;
  #waiting: Waiting[] = [];

  constructor(nowMs: number = Date.UTC(2026, 0, 5, 12)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(afterMs: number, callback: () => void): () => void {
    const waiting = { atMs: this.#nowMs + afterMs, callback };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  breathe(): Promise<void> {
    return turn();
  }

  /** Moves on, calling back in the order of time; what these start gets to run between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#waiting
        .filter((waiting) => waiting.atMs <= endMs)
        .sort((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await turn();
    }
    this.#nowMs = endMs;
    await turn();
  }

  /** Sets the clock, back or forth, without any timer noticing. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Lets everything run that is ready to. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for a condition that needs no time to pass, only turns of the event loop. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turns = 0; turns < 2_000; turns++) {
    if (condition()) return;
    await turn();
  }
  throw new Error(`never happened: ${what}`);
}
