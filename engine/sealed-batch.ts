import type { MatchingCore } from "./core/matching-core.ts";
import { formatId } from "./ids.ts";
import type { JournalEnd } from "./journal-end.ts";
import type { KnownCommand, OpenBatch, ReplyRanges } from "./open-batch.ts";
import type { BookUpdate, CommitBatch, JournalBatch } from "./ports.ts";
import type { PendingSnapshot } from "./taken-snapshot.ts";
import { salvageCommandId } from "./wire/command-codec.ts";
import { chainHash, readEntries } from "./wire/journal.ts";

/** A batch that takes no more: what is to be committed, and what may be told after that. */
export interface SealedBatch {
  /** Null where nothing was sequenced: then there is nothing to commit. */
  readonly commit: CommitBatch | null;
  /** Up to here deliveries may be acknowledged; 0: none. */
  readonly lastTag: number;
  /** Time inside the id of its first command, milliseconds; 0: none. */
  readonly firstIdTimeMs: number;
  /** What its ExpireDue commands are counted by, should they fail. */
  readonly expiryIds: readonly string[];
  readonly replies: ReplyRanges;
  readonly known: readonly KnownCommand[];
  readonly bookUpdates: readonly BookUpdate[];
  /** State at its end, to be saved once it is committed; the body is not yet made. */
  readonly snapshot: PendingSnapshot | null;
}

/** What a batch with at least one command commits behind `end`. */
export function commitOf(batch: OpenBatch, core: MatchingCore, end: JournalEnd): CommitBatch {
  const row: Omit<JournalBatch, "hash"> = {
    epoch: end.epoch,
    firstSequence: batch.firstSequence,
    lastSequence: batch.firstSequence + batch.commands - 1,
    timeMs: batch.timeMs,
    rulesVersion: end.rulesVersion,
    payload: batch.payload(),
  };
  return {
    group: end.group,
    epoch: end.epoch,
    expectedSequence: end.sequence,
    expectedHash: end.hash,
    journal: { ...row, hash: chainHash(end.hash, end.group, row) },
    ...batch.projection.take(core),
  };
}

/** By what ids a batch's commands are counted that the records would not take. */
export function countedIdsOf(sealed: SealedBatch): string[] {
  const ids = new Set(sealed.expiryIds);
  if (sealed.commit !== null) {
    const id = { a: 0, b: 0, c: 0, d: 0 };
    for (const { command } of readEntries(sealed.commit.journal)) {
      // The engine's own commands have no id in the history.
      if (salvageCommandId(command, id) && (id.a | id.b | id.c | id.d) !== 0) ids.add(formatId(id));
    }
  }
  return [...ids];
}
