import type { EngineObserver, EnginePorts, EngineSettings } from "./engine-ports.ts";
import type { Clock, Snapshot, SnapshotStore } from "./ports.ts";
import type { Promotion } from "./promotion.ts";

export interface SnapshotInterval {
  readonly commands: number;
  readonly ms: number;
}

/** Who takes a snapshot does nothing else, and a stand-by falls behind: it takes a hundredth of the time at most. */
const REST = 100;

/**
 * Says when a snapshot is due, and saves one at a time to every store. A store that fails costs
 * nothing but its own copy: the journal has everything.
 *
 * Several engines of a group keep such a schedule, the stand-bys and (more patiently) the active one.
 * Before one is due the stores are looked at: what another engine has saved meanwhile counts.
 */
export class SnapshotSchedule {
  readonly #stores: readonly SnapshotStore[];
  readonly #place: { readonly group: string; readonly timeline: string };
  readonly #interval: SnapshotInterval;
  readonly #clock: Clock;
  readonly #observer: EngineObserver;
  #sequence: number;
  #atMs: number;
  #restMs = 0;
  #saving: Promise<void> | null = null;
  /** Whether anybody else has saved one is being looked at, or has just been. */
  #looking = false;
  #looked = false;

  /**
   * @param sequence where the newest usable snapshot stands (0: there is none)
   * @param firstAfterMs when the first one is due at the latest; the interval, unless given
   */
  constructor(
    stores: readonly SnapshotStore[],
    place: { readonly group: string; readonly timeline: string },
    interval: SnapshotInterval,
    clock: Clock,
    observer: EngineObserver,
    sequence: number,
    firstAfterMs: number = interval.ms,
  ) {
    this.#stores = stores;
    this.#place = place;
    this.#interval = interval;
    this.#clock = clock;
    this.#observer = observer;
    this.#sequence = sequence;
    this.#atMs = clock.nowMs() - Math.max(0, interval.ms - firstAfterMs);
  }

  /** Where the newest snapshot stands that it knows of; 0: none. */
  get sequence(): number {
    return this.#sequence;
  }

  /** True when one should be taken of the state at `sequence`. */
  due(sequence: number): boolean {
    if (this.#saving !== null || this.#looking || !this.#isOverdue(sequence)) return false;
    if (this.#looked) return true;
    this.#looking = true;
    const known = this.#sequence;
    void this.#look(sequence).then(() => {
      this.#looking = false;
      this.#looked = this.#sequence === known;
    });
    return false;
  }

  /**
   * Notes that one was taken, whether or not it gets saved.
   * @param tookMs how long taking it took; the next one waits until that is a hundredth of the time
   */
  taken(sequence: number, tookMs = 0): void {
    this.#sequence = sequence;
    this.#atMs = this.#clock.nowMs();
    this.#restMs = tookMs * REST;
    this.#looked = false;
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

  #isOverdue(sequence: number): boolean {
    if (sequence === this.#sequence) return false;
    const sinceMs = this.#clock.nowMs() - this.#atMs;
    if (sinceMs >= 0 && sinceMs < this.#restMs) return false;
    return sequence - this.#sequence >= this.#interval.commands || sinceMs >= this.#interval.ms;
  }

  /** One that claims to be ahead of what is known here is not believed. */
  async #look(sequence: number): Promise<void> {
    const { group, timeline } = this.#place;
    const newest = await Promise.all(this.#stores.map((store) => store.newest(group).catch(() => null)));
    for (const place of newest) {
      if (place === null || place.timeline !== timeline) continue;
      if (place.sequence > this.#sequence && place.sequence <= sequence) this.taken(place.sequence);
    }
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

/** Stand-bys save snapshots; the active engine, which stands still for one, waits this much longer for theirs. */
const PATIENCE = 1.5;
/**
 * When an engine that has just become active takes its first snapshot at the latest, where the newest one is
 * far behind. Without it, engines that are killed more often than the interval would leave none, and each
 * would have a longer way back than the one before.
 */
const FIRST_AFTER_MS = 1_000;

/** The schedule of an engine that has just become active. */
export function scheduleOfActive(
  ports: Pick<EnginePorts, "snapshotStores" | "clock" | "observer">,
  settings: EngineSettings,
  { group, snapshotSequence }: Promotion,
): SnapshotSchedule {
  const { snapshotEveryCommands, snapshotEveryMs } = settings;
  const ms = snapshotEveryMs * PATIENCE;
  const isFarBehind = group.lastSequence - snapshotSequence >= snapshotEveryCommands / 4;
  return new SnapshotSchedule(
    ports.snapshotStores,
    { group: group.group, timeline: group.timeline },
    { commands: snapshotEveryCommands * PATIENCE, ms },
    ports.clock,
    ports.observer,
    snapshotSequence,
    isFarBehind ? FIRST_AFTER_MS : ms,
  );
}
