import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import {
  DEFAULT_ENGINE_SETTINGS,
  type EngineEnd,
  type EngineObserver,
  type EngineSettings,
} from "../../../engine/engine-ports.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import type {
  BookUpdate,
  EventPublisher,
  MarketDataWriter,
  OutboundEvent,
  Snapshot,
  SnapshotStore,
} from "../../../engine/ports.ts";
import { Engine } from "../../../engine/runner.ts";
import { CommandMaker, symbolSpec } from "./commands.ts";
import { ManualTime, until } from "./manual-time.ts";
import { type MemoryConsumer, MemoryQueue } from "./memory-queue.ts";
import { MemoryDatabase, MemoryRecords } from "./memory-records.ts";

/** Snapshots in memory, as one store that every engine of a test uses. */
class MemorySnapshots implements SnapshotStore {
  readonly name: SnapshotStore["name"];
  snapshots: Snapshot[] = [];
  reachable = true;

  constructor(name: SnapshotStore["name"] = "redis") {
    this.name = name;
  }

  async save(snapshot: Snapshot): Promise<void> {
    if (!this.reachable) throw new Error("cannot be reached");
    this.snapshots = [snapshot, ...this.snapshots]
      .sort((one, other) => other.sequence - one.sequence)
      .slice(0, 3);
  }

  async list(_group: string, limit?: number): Promise<Snapshot[]> {
    if (!this.reachable) throw new Error("cannot be reached");
    return this.snapshots.slice(0, limit);
  }

  async newest(): Promise<Snapshot | null> {
    if (!this.reachable) throw new Error("cannot be reached");
    return this.snapshots[0] ?? null;
  }
}

/** Events as a consumer outside sees them. */
class MemoryEvents implements EventPublisher {
  readonly published: OutboundEvent[] = [];
  failures = 0;

  async publish(events: readonly OutboundEvent[]): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("not confirmed");
    }
    this.published.push(...events);
  }

  async close(): Promise<void> {}
}

/** Keeps every update; reports what a test says was lost. */
export class MemoryBooks implements MarketDataWriter {
  readonly updates: BookUpdate[] = [];
  lost: number[] = [];
  failures = 0;

  async write(updates: readonly BookUpdate[]): Promise<readonly number[]> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("cannot be reached");
    }
    this.updates.push(...updates);
    const { lost } = this;
    this.lost = [];
    return lost;
  }

  async close(): Promise<void> {}
}

/** What an engine told of itself, by name. */
export type Told = readonly [what: keyof EngineObserver, ...details: unknown[]];

export function recordingObserver(told: Told[]): EngineObserver {
  const note =
    (what: keyof EngineObserver) =>
    (...details: unknown[]): void => {
      told.push([what, ...details]);
    };
  return {
    stateChanged: note("stateChanged"),
    snapshotPassedOver: note("snapshotPassedOver"),
    recovered: note("recovered"),
    committed: note("committed"),
    snapshotSaved: note("snapshotSaved"),
    degraded: note("degraded"),
    malformed: note("malformed"),
    poisonRefused: note("poisonRefused"),
    duplicates: note("duplicates"),
    eventsPublished: note("eventsPublished"),
  };
}

export interface RunningTestEngine {
  readonly engine: Engine;
  readonly consumer: MemoryConsumer;
  readonly records: MemoryRecords;
  readonly told: Told[];
  readonly ended: Promise<EngineEnd>;
  end: EngineEnd | null;
}

/** One group with its queue, records and stores, on which engines come and go. */
export class EngineHarness {
  readonly time = new ManualTime();
  readonly queue: MemoryQueue;
  readonly database: MemoryDatabase;
  readonly redis = new MemorySnapshots("redis");
  readonly postgres = new MemorySnapshots("postgres");
  readonly events = new MemoryEvents();
  readonly books = new MemoryBooks();
  readonly commands = new CommandMaker(() => this.time.nowMs());
  readonly settings: EngineSettings;

  constructor(
    settings: Partial<EngineSettings> = {},
    symbols: readonly SymbolSpec[] = [symbolSpec(1, "BTC/USDT"), symbolSpec(2, "ETH/USDT")],
    prefetch = 1_000,
  ) {
    this.queue = new MemoryQueue(prefetch);
    this.database = new MemoryDatabase("main", symbols);
    this.settings = { ...DEFAULT_ENGINE_SETTINGS, group: "main", ...settings };
  }

  /** Starts an engine with connections of its own. */
  start(prepare: (records: MemoryRecords) => void = () => undefined): RunningTestEngine {
    const told: Told[] = [];
    const consumer = this.queue.consumer();
    const records = new MemoryRecords(this.database);
    prepare(records);
    const engine = new Engine(
      {
        consumer,
        records,
        snapshotStores: [this.redis, this.postgres],
        events: this.events,
        marketData: this.books,
        clock: this.time,
        timers: this.time,
        observer: recordingObserver(told),
      },
      this.settings,
    );
    const ended = engine.run();
    const running: RunningTestEngine = { engine, consumer, records, told, ended, end: null };
    void ended.then((end) => {
      running.end = end;
    });
    return running;
  }

  /** Starts an engine and waits until its own tick has made it active. */
  async startActive(prepare?: (records: MemoryRecords) => void): Promise<RunningTestEngine> {
    const running = this.start(prepare);
    await until(() => running.engine.state === "active", "active");
    await until(() => this.queue.length === 0, "queue empty");
    return running;
  }

  /** What a pod was answered, in order. */
  replies(address = "pod-1"): readonly Outcome[] {
    return this.queue.replies.get(address) ?? [];
  }

  /** Waits until a pod has this many answers. */
  async replied(count: number, address = "pod-1"): Promise<readonly Outcome[]> {
    await until(() => this.replies(address).length >= count, `${count} replies`);
    return this.replies(address);
  }
}
