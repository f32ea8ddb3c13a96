import type { Sql } from "postgres";
import { NEW_TIMELINE, type NewTimelineRow } from "./queries/new-timeline.ts";

/** What became of one group when its history was taken up again from a backup. */
export interface NewTimeline {
  readonly group: string;
  /** UUID that feeds, events, snapshots and book caches carry from now on. */
  readonly timeline: string;
  readonly previousTimeline: string;
  /** After it was raised: engines that are still about are fenced. */
  readonly epoch: number;
  /** Where the restored history ends, and the new one begins behind it. */
  readonly lastSequence: number;
}

/**
 * To be called once after PostgreSQL was restored from a backup, before any engine is started: gives every group
 * a new timeline and raises its epoch, in one statement. From then on
 *
 * - snapshots and book caches in Redis, which may be ahead of what was restored, are passed over and replaced;
 * - events and feeds carry the new timeline, so that consumers know that sequences begin to differ here;
 * - an engine that still runs from before is fenced by the next commit that it tries;
 * - the restored snapshots in PostgreSQL stay usable, where they are part of the restored history.
 *
 * Commands that are still on the queue are matched behind the restored history, each once, whatever had become of
 * them in the future that was lost.
 * @param sql as the schema's owner
 * @returns one entry a group, by name; none for a database in which nothing was ever traded
 */
export async function startNewTimeline(sql: Sql): Promise<NewTimeline[]> {
  const rows = await sql.unsafe<NewTimelineRow[]>(NEW_TIMELINE);
  return rows.map((row) => ({
    group: row.symbol_group,
    timeline: row.timeline,
    previousTimeline: row.previous_timeline,
    epoch: Number(row.epoch),
    lastSequence: Number(row.last_sequence),
  }));
}
