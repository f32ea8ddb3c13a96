import {
  FencedError,
  type Snapshot,
  type SnapshotPlace,
  type SnapshotStore,
  UnavailableError,
} from "../../engine/ports.ts";
import type { Checks } from "./checks.ts";
import type { Environment } from "./environment.ts";
import type { Link } from "./link.ts";
import type { SimProcess } from "./process.ts";
import type { Random } from "./random.ts";

const KEPT = 3;
const OTHER_TIMELINE = "0192a000-0000-7000-8000-00000000000f";

/** What one store keeps, whoever is connected to it. */
export class SimSnapshots {
  readonly name: SnapshotStore["name"];
  snapshots: Snapshot[] = [];
  /** What it ever kept: stale answers come from here. */
  readonly #ever: Snapshot[] = [];
  #epoch = 0;
  readonly #checks: Checks;

  constructor(name: SnapshotStore["name"], checks: Checks) {
    this.name = name;
    this.#checks = checks;
  }

  save(snapshot: Snapshot): void {
    this.#checks.snapshotSaved(snapshot);
    if (snapshot.epoch < this.#epoch) throw new FencedError("the store has seen a newer epoch");
    this.#epoch = snapshot.epoch;
    this.#ever.push(snapshot);
    this.snapshots = [snapshot, ...this.snapshots]
      .sort((one, other) => other.sequence - one.sequence)
      .slice(0, KEPT);
  }

  /** Emptied. */
  lose(): void {
    this.snapshots = [];
    this.#epoch = 0;
  }

  /** What it gives when something is wrong with it. */
  wrongList(random: Random): Snapshot[] {
    const stale = random.chance(0.2) && this.#ever.length > 0 ? [random.pick(this.#ever)] : this.snapshots;
    return stale.map((snapshot) => (random.chance(0.6) ? spoil(snapshot, random, this.#ever) : snapshot));
  }
}

/** A snapshot as it should not be: torn, flipped, another's, ahead, of another version. */
function spoil(snapshot: Snapshot, random: Random, others: readonly Snapshot[]): Snapshot {
  const { body, hash, sequence } = snapshot;
  switch (random.between(0, 9)) {
    case 0:
      return { ...snapshot, body: body.slice(0, random.between(0, body.length)) };
    case 1:
      return { ...snapshot, body: flip(body, random) };
    case 2:
      return { ...snapshot, hash: flip(hash, random) };
    case 3:
      return { ...snapshot, sequence: sequence + random.between(1, 50) };
    case 4:
      return { ...snapshot, sequence: random.between(0, sequence) };
    case 5:
      return { ...snapshot, timeline: OTHER_TIMELINE };
    case 6:
      return { ...snapshot, group: "another" };
    case 7:
      return { ...snapshot, formatVersion: snapshot.formatVersion - 1 };
    case 8:
      return { ...snapshot, rulesVersion: snapshot.rulesVersion + random.pick([-1, 1]) };
    default:
      // Head and body of two.
      return { ...snapshot, body: random.pick(others).body };
  }
}

function flip(bytes: Uint8Array, random: Random): Uint8Array {
  const flipped = bytes.slice();
  const at = random.between(0, flipped.length - 1);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7));
  return flipped;
}

/** One process's connection to a store. */
export class SimSnapshotStore implements SnapshotStore {
  readonly name: SnapshotStore["name"];
  readonly #environment: Environment;
  readonly #store: SimSnapshots;
  readonly #process: SimProcess;
  readonly #out: Link;

  constructor(environment: Environment, store: SimSnapshots, process: SimProcess) {
    this.name = store.name;
    this.#environment = environment;
    this.#store = store;
    this.#process = process;
    this.#out = process.outward();
  }

  save(snapshot: Snapshot): Promise<void> {
    return this.#run(() => {
      this.#store.save(snapshot);
      this.#environment.trace(
        this.#process.name,
        () => `${this.name} has a snapshot at ${snapshot.sequence}`,
      );
    });
  }

  list(_group: string, limit?: number): Promise<Snapshot[]> {
    const { random } = this.#process;
    return this.#run(() => {
      const isWrong = random.chance(this.#environment.weather.snapshots);
      return (isWrong ? this.#store.wrongList(random) : this.#store.snapshots).slice(0, limit);
    });
  }

  newest(): Promise<SnapshotPlace | null> {
    const { random } = this.#process;
    return this.#run(() => {
      const isWrong = random.chance(this.#environment.weather.snapshots);
      return (isWrong ? this.#store.wrongList(random) : this.#store.snapshots)[0] ?? null;
    });
  }

  #run<T>(effect: () => T): Promise<T> {
    const { random } = this.#process;
    return new Promise((resolve, reject) => {
      if (!this.#process.survives()) return;
      const { snapshots: rate } = this.#environment.weather;
      const fault = random.chance(rate / 2) ? random.pick(["unreachable", "unknown"]) : "";
      // Now and then so late that others came in between.
      const delayMs = random.chance(rate) ? random.between(10, 5_000) : random.delayMs(2);
      const settle = (work: () => void): void => {
        this.#process.later(random.delayMs(1), work);
      };
      this.#out.send(delayMs, () => {
        try {
          const down = this.name === "redis" && this.#environment.redisDown;
          if (fault === "unreachable" || down) throw new UnavailableError("redis", "cannot be reached");
          const value = effect();
          if (fault === "unknown") throw new UnavailableError("redis", "no answer");
          settle(() => resolve(value));
        } catch (cause) {
          settle(() => reject(cause));
        }
      });
    });
  }
}
