import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import type { ParameterOrJSON, Row, Sql } from "postgres";
import {
  FencedError,
  type Snapshot,
  type SnapshotPlace,
  type SnapshotStore,
  UnavailableError,
} from "../engine/ports.ts";
import { onOwnConnection } from "./own-connection.ts";
import {
  BEGIN_UPLOAD,
  COMMIT_SNAPSHOT,
  DISCARD_UPLOAD,
  NEWEST_SNAPSHOT_PLACE,
  NEWEST_SNAPSHOTS,
  type SnapshotRow,
  UPLOAD_PART,
} from "./queries/snapshots.ts";
import { readSnapshotBody } from "./snapshot-body.ts";

/**
 * A part takes this process a few milliseconds, between which it does other things, and a commit of the engine that comes then
 * waits for no more than a part to reach the disk. Larger parts were not faster.
 */
const PART_BYTES = 1024 * 1024;

/**
 * Snapshots in PostgreSQL, the newest three of each group. A body goes up in parts, and counts only once one statement has made
 * a snapshot of all of them. Takes a pool (saving a large body must not hold up the connection that commits); one connection is
 * enough.
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
  const { group, epoch } = snapshot;
  // Spares a fenced writer the upload; the commit decides.
  const [begun] = await run<{ may: boolean }>(sql, BEGIN_UPLOAD, [group, epoch]);
  if (begun?.may !== true) throw fenced();
  const bodyId = randomUUID();
  try {
    await upload(sql, snapshot, bodyId);
  } catch (cause) {
    // What fails here as well is removed by a later save.
    await sql.unsafe(DISCARD_UPLOAD, [group, bodyId]).catch(() => undefined);
    throw cause;
  }
}

async function upload(sql: Sql, snapshot: Snapshot, bodyId: string): Promise<void> {
  const { group, epoch, sequence, timeline, hash, formatVersion, rulesVersion, takenAtMs, body } = snapshot;
  const checksum = createHash("sha256");
  for (let part = 0; part * PART_BYTES < body.length; part++) {
    const view = body.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    checksum.update(bytes);
    await run(sql, UPLOAD_PART, [group, bodyId, part, bytes.toString("base64")]);
  }
  const [row] = await run<{ outcome: "SAVED" | "FENCED" | "TORN" }>(sql, COMMIT_SNAPSHOT, [
    group,
    epoch,
    sequence,
    timeline,
    hash,
    formatVersion,
    rulesVersion,
    takenAtMs,
    bodyId,
    body.length,
    checksum.digest(),
  ]);
  if (row?.outcome === "FENCED") throw fenced();
  if (row?.outcome !== "SAVED") {
    throw new UnavailableError("database", "parts of a snapshot were lost while it was saved");
  }
}

/** The store keeps fewer than this. */
const ALL = 1_000;

/** Reads one body after the other; all of them are in memory at the end. */
async function list(sql: Sql, group: string, limit: number = ALL): Promise<Snapshot[]> {
  try {
    return await onOwnConnection(sql, async (own) => {
      const snapshots: Snapshot[] = [];
      for (const row of await own.unsafe<SnapshotRow[]>(NEWEST_SNAPSHOTS, [group, limit])) {
        const body = await readSnapshotBody(own, row);
        if (body !== null) snapshots.push(asSnapshot(row, body));
      }
      return snapshots;
    });
  } catch (cause) {
    throw unreachable(cause);
  }
}

function asSnapshot(row: SnapshotRow, body: Uint8Array): Snapshot {
  return {
    group: row.symbol_group,
    timeline: row.timeline,
    epoch: Number(row.epoch),
    sequence: Number(row.sequence),
    hash: row.hash,
    formatVersion: row.format_version,
    rulesVersion: row.rules_version,
    takenAtMs: row.taken_at.getTime(),
    body,
  };
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
    throw unreachable(cause);
  }
}

function unreachable(cause: unknown): UnavailableError {
  return new UnavailableError("database", "the snapshots cannot be reached", { cause });
}

function fenced(): FencedError {
  return new FencedError("the store has seen a newer epoch");
}
