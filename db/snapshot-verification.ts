import type { Sql } from "postgres";
import { MatchingCore } from "../engine/core/matching-core.ts";
import { decodeSnapshotBody } from "../engine/wire/snapshot.ts";
import { MARK_SNAPSHOT_VERIFIED } from "./queries/maintenance.ts";
import { type SnapshotBodyRow, UNVERIFIED_SNAPSHOTS } from "./queries/snapshots.ts";
import { readSnapshotBody } from "./snapshot-body.ts";

interface UnverifiedSnapshot extends SnapshotBodyRow {
  readonly epoch: string;
  readonly sequence: string;
}

/**
 * Reads the newest snapshot of each group back as a recovery would, and takes note of those that are
 * whole and that the journal agrees with: only behind such a one may the journal be dropped.
 * Restoring a book holds the event loop up (a tenth of a second for 100,000 orders), so it is asked for
 * only where a day of the journal waits for it.
 * @param sql one connection, on which nothing else runs meanwhile
 * @returns groups whose snapshot was verified
 */
export async function verifySnapshots(sql: Sql): Promise<string[]> {
  const verified: string[] = [];
  for (const snapshot of await sql.unsafe<UnverifiedSnapshot[]>(UNVERIFIED_SNAPSHOTS)) {
    const body = await readSnapshotBody(sql, snapshot);
    if (body === null || !restores(body, Number(snapshot.sequence))) continue;
    const { symbol_group, epoch, sequence } = snapshot;
    const [row] = await sql.unsafe<{ verified: boolean }[]>(MARK_SNAPSHOT_VERIFIED, [
      symbol_group,
      epoch,
      sequence,
    ]);
    if (row?.verified === true) verified.push(symbol_group);
  }
  return verified;
}

function restores(body: Uint8Array, sequence: number): boolean {
  try {
    return MatchingCore.restore(decodeSnapshotBody(body).core).lastSequence === sequence;
  } catch {
    return false;
  }
}
