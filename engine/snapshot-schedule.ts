import type { EngineObserver } from "./engine-ports.ts";
import type { Clock, Snapshot, SnapshotStore } from "./ports.ts";

export interface SnapshotInterval {
  readonly commands: number;
  readonly ms: number;
}

/**
 * How long after it became active an engine takes its first snapshot at the latest. Without it, engines that
 * are killed more often than the interval would leave none, and each would have a longer way back than the
 * one before.
 */
const FIRST_AFTER_MS = 1_000;

/**
 * Says when a snapshot is due, and saves one at a time to every store. A store that fails costs
 * nothing but its own copy: the journal has everything.
 */
export class SnapshotSchedule {
  readonly #stores: readonly SnapshotStore[];
  readonly #interval: SnapshotInterval;
  readonly #clock: Clock;
  readonly #observer: EngineObserver;
  #sequence: number;
  #atMs: number;
  #saving: Promise<void> | null = null;

  /** @param sequence where the newest usable snapshot stands (0: there is none) */
  constructor(
    stores: readonly SnapshotStore[],
    interval: SnapshotInterval,
    clock: Clock,
    observer: EngineObserver,
    sequence: number,
  ) {
    this.#stores = stores;
    this.#interval = interval;
    this.#clock = clock;
    this.#observer = observer;
    this.#sequence = sequence;
    this.#atMs = clock.nowMs() - Math.max(0, interval.ms - FIRST_AFTER_MS);
  }

  /** True when one should be taken at the end of a batch that ends with `sequence`. */
  due(sequence: number): boolean {
    if (this.#saving !== null || sequence === this.#sequence) return false;
    return (
      sequence - this.#sequence >= this.#interval.commands ||
      this.#clock.nowMs() - this.#atMs >= this.#interval.ms
    );
  }

  /** Notes that one was taken, whether or not it gets saved. */
  taken(sequence: number): void {
    this.#sequence = sequence;
    this.#atMs = this.#clock.nowMs();
  }

  /** Saves a snapshot of committed state to all stores; resolves when each has it or failed. */
  save(snapshot: Snapshot): Promise<void> {
    const before = this.#saving ?? Promise.resolve();
    const saving = before.then(async () => {
      await Promise.all(this.#stores.map((store) => this.#saveTo(store, snapshot)));
      if (this.#saving === saving) this.#saving = null;
    });
    this.#saving = saving;
    return saving;
  }

  async #saveTo(store: SnapshotStore, snapshot: Snapshot): Promise<void> {
    try {
      await store.save(snapshot);
      this.#observer.snapshotSaved(store.name, snapshot.sequence, snapshot.body.length);
    } catch (cause) {
      this.#observer.degraded(
        `${store.name} snapshots`,
        cause instanceof Error ? cause : new Error("unknown"),
      );
    }
  }
}
