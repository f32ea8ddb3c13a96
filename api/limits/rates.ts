import { LocalRates } from "./local-rates.ts";

/** At most so many in a length of time; all of them may come at once. */
export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

/** So much of a key's rate. */
export interface Taking extends Rate {
  readonly key: string;
  readonly cost: number;
}

export interface Taken {
  readonly allowed: boolean;
  /** How much more may come at once. */
  readonly remaining: number;
  /** Until the whole count may come at once again. */
  readonly resetMs: number;
  /** Until what was refused may come; 0 where it was allowed. */
  readonly retryAfterMs: number;
}

/** Counts. A key that is refused is not charged. */
export interface RateCounter {
  take(takings: readonly Taking[]): Promise<Taken[]>;
}

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
        this.#restUntilMs = this.#monotonicMs() + REST_AFTER_FAILURE_MS;
      }
    }
    return this.#local.take(takings);
  }
}
