import type { ParameterOrJSON, Row, Sql } from "postgres";
import {
  FencedError,
  type Snapshot,
  type SnapshotPlace,
  type SnapshotStore,
  UnavailableError,
} from "../engine/ports.ts";
import {
  NEWEST_SNAPSHOT_PLACE,
  NEWEST_SNAPSHOTS,
  SAVE_SNAPSHOT,
  type SnapshotRow,
} from "./queries/snapshots.ts";

/**
 * Snapshots in PostgreSQL, the newest three of each group. Takes a pool (saving a large body must not
 * hold up the connection that commits); one connection is enough.
 */
export function createPostgresSnapshotStore(sql: Sql): SnapshotStore {
  return {
    name: "postgres",
    save: (snapshot) => save(sql, snapshot),
    list: (group, limit) => list(sql, group, limit),
    newest: (group) => newest(sql, group),
  };
}

async function save(sql: Sql, snapshot: Snapshot): Promise<void> {
  const { group, epoch, sequence, timeline, hash, formatVersion, rulesVersion, takenAtMs, body } = snapshot;
  const [row] = await run<{ saved: boolean }>(sql, SAVE_SNAPSHOT, [
    group,
    epoch,
    sequence,
    timeline,
    hash,
    formatVersion,
    rulesVersion,
    takenAtMs,
    body,
  ]);
  if (row?.saved !== true) throw new FencedError("the store has seen a newer epoch");
}

/** The store keeps fewer than this. */
const ALL = 1_000;

async function list(sql: Sql, group: string, limit: number = ALL): Promise<Snapshot[]> {
  const rows = await run<SnapshotRow>(sql, NEWEST_SNAPSHOTS, [group, limit]);
  return rows.map((row) => ({
    group: row.symbol_group,
    timeline: row.timeline,
    epoch: Number(row.epoch),
    sequence: Number(row.sequence),
    hash: row.hash,
    formatVersion: row.format_version,
    rulesVersion: row.rules_version,
    takenAtMs: row.taken_at.getTime(),
    body: row.body,
  }));
}

async function newest(sql: Sql, group: string): Promise<SnapshotPlace | null> {
  const [row] = await run<Pick<SnapshotRow, "timeline" | "epoch" | "sequence">>(sql, NEWEST_SNAPSHOT_PLACE, [
    group,
  ]);
  if (row === undefined) return null;
  return { timeline: row.timeline, epoch: Number(row.epoch), sequence: Number(row.sequence) };
}

async function run<T extends Row>(
  sql: Sql,
  statement: string,
  parameters: ParameterOrJSON<never>[],
): Promise<T[]> {
  try {
    return [...(await sql.unsafe<T[]>(statement, parameters))];
  } catch (cause) {
    throw new UnavailableError("database", "the snapshots cannot be reached", { cause });
  }
}
