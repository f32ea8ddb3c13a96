import { MatchingCore } from "./core/matching-core.ts";
import type { EngineObserver, RecoverySource, Timers } from "./engine-ports.ts";
import { HistoryRefusedError } from "./history-refused-error.ts";
import { EMPTY_HASH, JournalReplay } from "./journal-replay.ts";
import type { Clock, EngineRecords, GroupState, Snapshot, SnapshotStore } from "./ports.ts";
import { RecentIds } from "./recent-ids.ts";
import { RULES_VERSION } from "./rules-version.ts";
import type { History } from "./sequencer.ts";
import { ByteReader } from "./wire/byte-reader.ts";
import { sameBytes } from "./wire/journal.ts";
import { decodeSnapshotBody, SNAPSHOT_FORMAT_VERSION } from "./wire/snapshot.ts";

export interface RecoveryPorts {
  readonly records: EngineRecords;
  readonly snapshotStores: readonly SnapshotStore[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly observer: EngineObserver;
  readonly rehearse?: () => Promise<void>;
}

/** A copy of the group's state somewhere in its history, and where it came from. */
export interface RecoveredCopy {
  readonly replay: JournalReplay;
  readonly timeline: string;
  readonly source: RecoverySource;
  /** 0 where it began with the journal. */
  readonly snapshotSequence: number;
  /** How long it took to read and restore it, whatever was passed over included. */
  readonly restoreMs: number;
}

const ROWS_PER_READ = 64;
/** The event loop is left alone for no longer than this: heartbeats, sockets. */
const BREATHE_EVERY_MS = 20;

/**
 * The newest usable snapshot, Redis's before PostgreSQL's: one of this timeline, format and rules, at
 * a sequence where the journal has the very hash that it names. That catches one that is ahead, torn,
 * stale beyond the journal, or another history's. Without one, the beginning of the journal.
 */
export async function newestCopy(ports: RecoveryPorts, group: GroupState): Promise<RecoveredCopy> {
  const startedMs = ports.clock.nowMs();
  for (const store of ports.snapshotStores) {
    for await (const snapshot of listed(store, group.group, ports.observer)) {
      const copy = await tryRestore(ports, group, store, snapshot);
      if (copy !== null) return { ...copy, restoreMs: ports.clock.nowMs() - startedMs };
    }
  }
  const history: History = {
    core: new MatchingCore(),
    recentIds: new RecentIds(),
    groupNumber: group.groupNumber,
    sequence: 0,
    timeMs: 0,
  };
  const replay = new JournalReplay(group.group, history, EMPTY_HASH);
  const restoreMs = ports.clock.nowMs() - startedMs;
  return { replay, timeline: group.timeline, source: "journal", snapshotSequence: 0, restoreMs };
}

/**
 * Applies the journal behind the copy as far as it goes, or up to `lastSequence`, breathing between
 * rows. Throws a HistoryRefusedError where the journal cannot be continued.
 */
export async function replayJournal(
  ports: RecoveryPorts,
  group: string,
  replay: JournalReplay,
  lastSequence: number,
): Promise<void> {
  let breathedAtMs = ports.clock.nowMs();
  while (replay.history.sequence < lastSequence) {
    const rows = await ports.records.readJournal(group, replay.history.sequence, ROWS_PER_READ);
    if (rows.length === 0) {
      throw new HistoryRefusedError(
        `the journal ends at ${replay.history.sequence}, the group's row at ${lastSequence}`,
      );
    }
    for (const row of rows) {
      if (row.firstSequence > lastSequence) break;
      replay.apply(row);
      const nowMs = ports.clock.nowMs();
      if (nowMs - breathedAtMs >= BREATHE_EVERY_MS || nowMs < breathedAtMs) {
        await ports.timers.breathe();
        breathedAtMs = ports.clock.nowMs();
      }
    }
  }
}

/** The newest one first, and the others only where it is of no use: bodies are large. */
async function* listed(
  store: SnapshotStore,
  group: string,
  observer: EngineObserver,
): AsyncGenerator<Snapshot, void, undefined> {
  try {
    const [newest] = await store.list(group, 1);
    if (newest !== undefined) yield newest;
    for (const other of await store.list(group)) {
      if (other.sequence !== newest?.sequence || other.epoch !== newest.epoch) yield other;
    }
  } catch (cause) {
    observer.degraded(`${store.name} snapshots`, cause instanceof Error ? cause : new Error("unknown"));
  }
}

async function tryRestore(
  ports: RecoveryPorts,
  group: GroupState,
  store: SnapshotStore,
  snapshot: Snapshot,
): Promise<Omit<RecoveredCopy, "restoreMs"> | null> {
  const reason = await whyUnusable(ports.records, group, snapshot);
  const restored = reason === null ? restore(group, snapshot) : reason;
  if (typeof restored === "string") {
    ports.observer.snapshotPassedOver(store.name, snapshot.sequence, restored);
    return null;
  }
  const replay = new JournalReplay(group.group, restored, snapshot.hash);
  return { replay, timeline: group.timeline, source: store.name, snapshotSequence: snapshot.sequence };
}

async function whyUnusable(
  records: EngineRecords,
  group: GroupState,
  snapshot: Snapshot,
): Promise<string | null> {
  if (snapshot.group !== group.group) return "it is another group's";
  if (snapshot.timeline !== group.timeline) return "it is of another timeline";
  if (snapshot.formatVersion !== SNAPSHOT_FORMAT_VERSION) {
    return `its format is ${snapshot.formatVersion}, not ${SNAPSHOT_FORMAT_VERSION}`;
  }
  if (snapshot.rulesVersion !== RULES_VERSION) {
    return `its rules version is ${snapshot.rulesVersion}, not ${RULES_VERSION}`;
  }
  if (snapshot.sequence > group.lastSequence) return "it is ahead of the journal";
  if (snapshot.sequence < 1) return "it has no sequence";
  if (snapshot.sequence === group.lastSequence) {
    return sameBytes(snapshot.hash, group.hash) ? null : "the group's hash is another";
  }
  const row = await records.journalAt(group.group, snapshot.sequence);
  if (row === null) return "the journal does not go back to it";
  if (row.lastSequence !== snapshot.sequence || !sameBytes(row.hash, snapshot.hash)) {
    return "the journal's hash is another";
  }
  return null;
}

/** The state in a snapshot, or why it cannot be had. */
function restore(group: GroupState, snapshot: Snapshot): History | string {
  try {
    const body = decodeSnapshotBody(snapshot.body);
    const core = MatchingCore.restore(body.core);
    const recentIds = new RecentIds();
    const reader = new ByteReader().open(body.recentIds);
    recentIds.read(reader);
    if (!reader.finished()) return "its recent ids do not read back";
    // Head and body are kept apart in some stores: the hash vouches for the head only.
    if (core.lastSequence !== snapshot.sequence) return `its body is of sequence ${core.lastSequence}`;
    return {
      core,
      recentIds,
      groupNumber: group.groupNumber,
      sequence: snapshot.sequence,
      timeMs: body.timeMs,
    };
  } catch (cause) {
    return cause instanceof Error ? cause.message : "it does not restore";
  }
}
