import type { RateCounter, Taken, Taking } from "./rates.ts";

const MOST_KEYS = 100_000;

/** Rates counted in a process's own memory, by the generic cell rate algorithm. */
export class LocalRates implements RateCounter {
  readonly #monotonicMs: () => number;
  /** By key: when it will have made up for what it took, in microseconds of the monotonic clock. */
  readonly #fullAtUs = new Map<string, number>();

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  take(takings: readonly Taking[]): Promise<Taken[]> {
    const nowUs = Math.floor(this.#monotonicMs() * 1_000);
    if (this.#fullAtUs.size > MOST_KEYS) this.#forgetFull(nowUs);
    return Promise.resolve(takings.map((taking) => this.#takeOne(taking, nowUs)));
  }

  #takeOne({ key, count, periodMs, cost }: Taking, nowUs: number): Taken {
    const periodUs = periodMs * 1_000;
    const eachUs = periodUs / count;
    let fullUs = Math.max(this.#fullAtUs.get(key) ?? 0, nowUs);
    const afterUs = fullUs + Math.min(cost, count) * eachUs;
    const allowed = afterUs - nowUs <= periodUs + 0.5;
    if (allowed) {
      fullUs = afterUs;
      this.#fullAtUs.set(key, fullUs);
    }
    return {
      allowed,
      remaining: Math.max(0, Math.floor((periodUs - (fullUs - nowUs)) / eachUs + 0.001)),
      resetMs: Math.ceil((fullUs - nowUs) / 1_000),
      retryAfterMs: allowed ? 0 : Math.ceil((afterUs - nowUs - periodUs) / 1_000),
    };
  }

  #forgetFull(nowUs: number): void {
    for (const [key, fullUs] of this.#fullAtUs) if (fullUs <= nowUs) this.#fullAtUs.delete(key);
  }
}
