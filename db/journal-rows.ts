import type { JournalBatch } from "../engine/ports.ts";
import type { JournalRow } from "./queries/journal.ts";

/** A row of the journal as engines and operators read it. */
export function toJournalBatch(row: JournalRow): JournalBatch {
  return {
    epoch: Number(row.epoch),
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    timeMs: row.batch_time.getTime(),
    rulesVersion: row.rules_version,
    payload: row.payload,
    hash: row.hash,
  };
}
