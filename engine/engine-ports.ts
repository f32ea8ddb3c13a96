import type {
  Clock,
  CommandConsumer,
  EngineRecords,
  EventPublisher,
  MarketDataWriter,
  SnapshotStore,
} from "./ports.ts";

/**
 * Everything that an engine needs from outside itself. It has no other effects: whoever drives these
 * ports (a process, or a simulation under one seed) decides all that happens.
 */
export interface EnginePorts {
  readonly consumer: CommandConsumer;
  readonly records: EngineRecords;
  /** In the order in which they are asked at recovery. */
  readonly snapshotStores: readonly SnapshotStore[];
  readonly events: EventPublisher;
  readonly marketData: MarketDataWriter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly observer: EngineObserver;
  /** Makes a stand-by's first commit as fast as any (`rehearsal.ts`); called once it has caught up. */
  readonly rehearse?: () => Promise<void>;
}

/** Time passing. */
export interface Timers {
  /** Calls back once after so many milliseconds; the returned function takes that back. */
  schedule(afterMs: number, callback: () => void): () => void;
  /** Lets whatever else waits (sockets, heartbeats) run, then resolves. */
  breathe(): Promise<void>;
}

export interface EngineSettings {
  readonly group: string;
  /** A batch takes no further message from this many commands on. */
  readonly batchCommands: number;
  /**
   * A stand-by takes a snapshot after this many commands, or when this much time has passed since the last; an
   * active engine where none has come for half as long again.
   */
  readonly snapshotEveryCommands: number;
  readonly snapshotEveryMs: number;
  /** How often an engine that is not active puts a tick on the queue. */
  readonly tickEveryMs: number;
  /** How often a stand-by looks for new rows in the journal. */
  readonly followEveryMs: number;
  /** How often the cursor of published events is moved at most. */
  readonly cursorEveryMs: number;
}

export const DEFAULT_ENGINE_SETTINGS: Omit<EngineSettings, "group"> = {
  // A commit of 500 orders takes about 15 ms: beyond that, latency grows and the rate does not.
  batchCommands: 500,
  snapshotEveryCommands: 200_000,
  snapshotEveryMs: 60_000,
  tickEveryMs: 1_000,
  followEveryMs: 20,
  cursorEveryMs: 100,
};

/** Where a snapshot came from, or "journal" where none was usable. */
export type RecoverySource = SnapshotStore["name"] | "journal";

/** What an engine tells of itself: logs, metrics, health. It must not throw. */
export interface EngineObserver {
  /** `waiting`: subscribed, another engine may be active. */
  stateChanged(state: EngineState): void;
  snapshotPassedOver(store: string, sequence: number, reason: string): void;
  recovered(recovery: RecoveryReport): void;
  committed(commit: CommitReport): void;
  snapshotSaved(store: string, sequence: number, bytes: number): void;
  /** A dependency that the engine goes on without failed (snapshot store, events, market data). */
  degraded(what: string, cause: Error): void;
  /** Something undecodable was journaled as a refusal. */
  malformed(sequence: number, bytes: number): void;
  /** A command that made engines fail was refused for good. */
  poisonRefused(commandId: string, sequence: number): void;
  duplicates(count: number): void;
  eventsPublished(sequence: number, count: number): void;
  /** A stand-by's copy went on, or was looked at again; called many times a second. */
  followed?(follow: FollowReport): void;
  /**
   * For whoever measures, with a clock of its own: what was delivered begins to be matched, and ends
   * (`commands` of it were sequenced); a batch begins to be committed. Called for each turn of the loop,
   * not for each command.
   */
  matching?(): void;
  matched?(commands: number): void;
  committing?(): void;
  /** What is matched now is traced; its commands' places in their traces (`wire/message.ts`). */
  traced?(places: readonly Uint8Array[]): void;
  /** The broker says that it may have delivered this message before. */
  redelivered?(): void;
}

/** How much an active engine holds, for metrics. */
export interface EngineHoldings {
  /** Deliveries that wait for room in a batch. */
  readonly waitingDeliveries: number;
  /** Open orders of all symbols, resting and waiting for their trigger. */
  readonly openOrders: number;
  /** Price levels of each symbol's book. */
  readonly books: readonly {
    readonly symbol: string;
    readonly bidLevels: number;
    readonly askLevels: number;
  }[];
}

export type EngineState = "starting" | "waiting" | "promoting" | "active" | "ended";

export interface RecoveryReport {
  readonly epoch: number;
  readonly source: RecoverySource;
  readonly snapshotSequence: number;
  readonly lastSequence: number;
  readonly replayedCommands: number;
  /** From the first delivery to active. */
  readonly tookMs: number;
  /** Of that: until the epoch was raised. */
  readonly epochMs: number;
  /** Until its copy was at the end of the journal; with one made anew, that. */
  readonly tailMs: number;
  /** How long the copy took that the tail was applied to: reading and restoring a snapshot, before or since. */
  readonly restoreMs: number;
}

/** How far a stand-by has followed. */
export interface FollowReport {
  readonly sequence: number;
  /** Sequences that it is behind the group's row, as last seen. */
  readonly lag: number;
  /** It has got to the end of the journal since it began. */
  readonly caughtUp: boolean;
}

export interface CommitReport {
  readonly sequence: number;
  readonly commands: number;
  readonly commitMs: number;
  readonly payloadBytes: number;
  /** Time inside the id of its first command, milliseconds; 0: none (a command of the engine's own). */
  readonly firstIdTimeMs: number;
}

/** Why an engine ended. `stopped` is the only end that was asked for. */
export type EngineEnd =
  | { readonly reason: "stopped" }
  /** Another engine owns the group. */
  | { readonly reason: "fenced" }
  /** The queue's consumer was lost. */
  | { readonly reason: "consumer-lost"; readonly cause: Error }
  /** The records failed: whether the last batch was committed is for the next engine to find out. */
  | { readonly reason: "records-failed"; readonly cause: Error }
  /** A command made the core fail; its memory is not to be trusted. */
  | {
      readonly reason: "command-failed";
      readonly commandId: string;
      readonly failures: number;
      readonly cause: Error;
    }
  /** The history cannot be continued by this program: the message says why. */
  | { readonly reason: "history-refused"; readonly cause: Error };
