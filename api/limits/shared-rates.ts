import { LocalRates } from "./local-rates.ts";
import type { RateCounter, Taken, Taking } from "./rates.ts";

/** A counter that did not answer is not asked again before. */
const REST_AFTER_FAILURE_MS = 1_000;

/**
 * Counts across all pods; while the shared counter is away, each pod for itself, from nothing: more
 * gets through then, as many times as there are pods, and nobody is shut out.
 */
export class SharedRates implements RateCounter {
  readonly #shared: RateCounter;
  readonly #local: LocalRates;
  readonly #monotonicMs: () => number;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  /** @param shared rejects where it cannot be asked */
  constructor(shared: RateCounter, monotonicMs: () => number = () => performance.now()) {
    this.#shared = shared;
    this.#monotonicMs = monotonicMs;
    this.#local = new LocalRates(monotonicMs);
  }

  async take(takings: readonly Taking[]): Promise<Taken[]> {
    if (this.#monotonicMs() >= this.#restUntilMs) {
      try {
        return await this.#shared.take(takings);
      } catch {
        // Whoever gave the counter hears of it (`FaultLog`); an answer must not wait for another try.
        this.#restUntilMs = this.#monotonicMs() + REST_AFTER_FAILURE_MS;
      }
    }
    return this.#local.take(takings);
  }
}
