import type { Scheduler } from "./scheduler.ts";

/** One direction of a connection: what is sent arrives in its order, each after its own delay, or not at all. */
export class Link {
  readonly #scheduler: Scheduler;
  #lastMs = 0;
  #cutAtMs = Number.POSITIVE_INFINITY;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  send(delayMs: number, arrive: () => void): void {
    const atMs = Math.max(this.#lastMs, this.#scheduler.nowMs + delayMs);
    this.#lastMs = atMs;
    this.#scheduler.after(atMs - this.#scheduler.nowMs, () => {
      if (this.#scheduler.nowMs <= this.#cutAtMs) arrive();
    });
  }

  /** What would arrive later than this from now never does. */
  cut(afterMs: number): void {
    this.#cutAtMs = Math.min(this.#cutAtMs, this.#scheduler.nowMs + afterMs);
  }
}
