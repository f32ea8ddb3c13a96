import { createHash } from "node:crypto";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { HASH_BYTES, sameBytes } from "./journal.ts";
import { WireFormatError } from "./wire-format-error.ts";

/**
 * The body of an engine's snapshot: SHA-256 over the rest, format version, time of the last command,
 * the core's own snapshot, and the table of recent ids (`recent-ids.ts`).
 */

/** Raised with any change to this body or to what the core writes into its part. */
export const SNAPSHOT_FORMAT_VERSION = 1;

export interface SnapshotBody {
  /** Time of the last sequenced command, milliseconds. */
  readonly timeMs: number;
  readonly core: Uint8Array;
  readonly recentIds: Uint8Array;
}

export function encodeSnapshotBody(body: SnapshotBody): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(HASH_BYTES + 32 + body.core.length + body.recentIds.length);
  writer.raw(new Uint8Array(HASH_BYTES));
  writer.varint(SNAPSHOT_FORMAT_VERSION);
  writer.varint(body.timeMs);
  writer.block(body.core);
  writer.block(body.recentIds);
  const bytes = writer.view();
  bytes.set(checksum(bytes), 0);
  return bytes;
}

/** Throws a WireFormatError where the bytes are torn, changed, or another format's. */
export function decodeSnapshotBody(bytes: Uint8Array): SnapshotBody {
  if (bytes.length < HASH_BYTES || !sameBytes(checksum(bytes), bytes.subarray(0, HASH_BYTES))) {
    throw new WireFormatError("the snapshot's checksum does not hold");
  }
  const reader = new ByteReader().open(bytes, HASH_BYTES);
  const version = reader.varint();
  const timeMs = reader.varint();
  const core = reader.block();
  const recentIds = reader.block();
  if (version !== SNAPSHOT_FORMAT_VERSION || !reader.finished()) {
    throw new WireFormatError("the snapshot has another format");
  }
  return { timeMs, core, recentIds };
}

function checksum(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes.subarray(HASH_BYTES)).digest());
}
