/** What the consumer of events saw. */
export interface SeenEvents {
  /** By event id: hash of its body. */
  readonly seen: ReadonlyMap<string, string>;
  /** Ids in the order in which they came first. */
  readonly order: readonly string[];
  /** Events that came again with another body. */
  readonly changed: readonly string[];
  /** Batches from this sequence on must have been seen. */
  readonly sinceSequence: number;
}

export interface Verdict {
  /** Commands in the journal that clients sent. */
  journaled: number;
  acknowledged: number;
  /** Acknowledged, and not in the records as told. */
  readonly lost: string[];
  /** In the records more than once, or though it was refused. */
  readonly doubled: string[];
  /** Told to clients, but not what the records say. */
  readonly contradicted: string[];
  /** Seen by the consumer, but of nothing that is committed. */
  readonly uncommittedEvents: string[];
  /** Committed, but never seen by the consumer. */
  readonly missedEvents: string[];
  /** First seen behind a later one of the same key. */
  readonly disorderedEvents: string[];
  events: number;
}
