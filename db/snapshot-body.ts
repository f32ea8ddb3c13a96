import { createHash } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import { CopiedValues } from "./copied-values.ts";
import { copyOut } from "./copy-out.ts";
import { copyOfBody, type SnapshotBodyRow } from "./queries/snapshots.ts";

/**
 * The body of a snapshot, read part by part; null where parts of it are missing or altered. By COPY, since postgres.js would have
 * each byte as text: that took three times as long for a body of 125 MB.
 * @param sql one connection, on which nothing else runs meanwhile
 */
export async function readSnapshotBody(
  sql: Sql | TransactionSql,
  { symbol_group, body_id, body_bytes, body_sha256, uploaded_bytes }: SnapshotBodyRow,
): Promise<Uint8Array | null> {
  const size = Number(body_bytes);
  if (Number(uploaded_bytes) !== size) return null;
  const body = new Uint8Array(size);
  const checksum = createHash("sha256");
  const values = new CopiedValues();
  let at = 0;
  for await (const piece of copyOut(sql.unsafe(copyOfBody(symbol_group, body_id)))) {
    for (const bytes of values.in(piece)) {
      // To the end in any case: whoever leaves a COPY half-read leaves the connection unusable.
      if (at + bytes.length <= size) body.set(bytes, at);
      checksum.update(bytes);
      at += bytes.length;
    }
  }
  return at === size && checksum.digest().equals(body_sha256) ? body : null;
}
