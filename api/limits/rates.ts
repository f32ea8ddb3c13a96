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
