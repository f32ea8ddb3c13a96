import type { JournalEnd } from "./journal-end.ts";
import type { Snapshot } from "./ports.ts";
import type { History } from "./sequencer.ts";
import { ByteWriter } from "./wire/byte-writer.ts";
import { encodeSnapshotBody, SNAPSHOT_FORMAT_VERSION } from "./wire/snapshot.ts";

/** A copy of the state at one sequence, not yet put together: that waits until it is committed. */
export interface PendingSnapshot extends Omit<Snapshot, "body"> {
  /** Time of the last command, milliseconds. */
  readonly timeMs: number;
  readonly core: Uint8Array;
  readonly recentIds: Uint8Array;
}

/** Copies the state as it is now, which must be the state at `end`. */
export function takeSnapshot(
  history: History,
  end: JournalEnd & { readonly timeline: string },
  nowMs: number,
): PendingSnapshot {
  const ids = new ByteWriter();
  history.recentIds.write(ids);
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
    core: history.core.snapshot(),
    recentIds: ids.view(),
  };
}

/** The snapshot as stores keep it. */
export function snapshotOf(pending: PendingSnapshot): Snapshot {
  const { timeMs, core, recentIds, ...head } = pending;
  return { ...head, body: encodeSnapshotBody({ timeMs, core, recentIds }) };
}
