import { atOnce, type Steps } from "./core/steps.ts";
import type { JournalEnd } from "./journal-end.ts";
import type { Snapshot } from "./ports.ts";
import type { History } from "./sequencer.ts";
import { ByteWriter } from "./wire/byte-writer.ts";
import { SNAPSHOT_FORMAT_VERSION, snapshotBodySteps } from "./wire/snapshot.ts";

type SnapshotEnd = JournalEnd & { readonly timeline: string };

/** Of most recent ids: room to begin with. */
const BYTES_AN_ID = 18;

/** A copy of the state at one sequence, not yet put together: that waits until it is committed. */
export interface PendingSnapshot extends Omit<Snapshot, "body"> {
  /** Time of the last command, milliseconds. */
  readonly timeMs: number;
  readonly core: Uint8Array;
  readonly recentIds: Uint8Array;
}

/** Copies the state as it is now, which must be the state at `end`. */
export function takeSnapshot(history: History, end: SnapshotEnd, nowMs: number): PendingSnapshot {
  return atOnce(takeSteps(history, end, nowMs));
}

/** The snapshot as stores keep it. */
export function snapshotOf(pending: PendingSnapshot): Snapshot {
  return atOnce(bodySteps(pending));
}

/** Both in steps of some milliseconds, between which the history must stay as it is. */
export function* snapshotSteps(history: History, end: SnapshotEnd, nowMs: number): Steps<Snapshot> {
  return yield* bodySteps(yield* takeSteps(history, end, nowMs));
}

function* takeSteps(history: History, end: SnapshotEnd, nowMs: number): Steps<PendingSnapshot> {
  const ids = new ByteWriter(history.recentIds.size * BYTES_AN_ID);
  yield* history.recentIds.writeSteps(ids);
  return {
    group: end.group,
    timeline: end.timeline,
    epoch: end.epoch,
    sequence: end.sequence,
    hash: end.hash,
    formatVersion: SNAPSHOT_FORMAT_VERSION,
    rulesVersion: end.rulesVersion,
    takenAtMs: nowMs,
    timeMs: history.timeMs,
    core: yield* history.core.snapshotSteps(),
    recentIds: ids.view(),
  };
}

function* bodySteps(pending: PendingSnapshot): Steps<Snapshot> {
  const { timeMs, core, recentIds, ...head } = pending;
  return { ...head, body: yield* snapshotBodySteps({ timeMs, core, recentIds }) };
}
