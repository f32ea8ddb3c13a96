import { createHash } from "node:crypto";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { HASH_BYTES, sameBytes } from "./journal.ts";
import { WireFormatError } from "./wire-format-error.ts";

/**
 * The body of an engine's snapshot: SHA-256 over all but the core's part, format version, time of the last
 * command, the table of recent ids (`recent-ids.ts`), and the core's own snapshot, which has a checksum
 * of its own (hashing it twice would hold the engine up for a second per gigabyte).
 */

/** Raised with any change to this body or to what the core writes into its part. */
export const SNAPSHOT_FORMAT_VERSION = 2;

export interface SnapshotBody {
  /** Time of the last sequenced command, milliseconds. */
  readonly timeMs: number;
  readonly core: Uint8Array;
  readonly recentIds: Uint8Array;
}

export function encodeSnapshotBody(body: SnapshotBody): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(HASH_BYTES + 64 + body.core.length + body.recentIds.length);
  writer.raw(new Uint8Array(HASH_BYTES));
  writer.varint(SNAPSHOT_FORMAT_VERSION);
  writer.varint(body.timeMs);
  writer.block(body.recentIds);
  writer.varint(body.core.length);
  const covered = writer.length;
  writer.raw(body.core);
  const bytes = writer.view();
  bytes.set(checksum(bytes, covered), 0);
  return bytes;
}

/** Throws a WireFormatError where the bytes are torn, changed, or another format's (the core's part apart). */
export function decodeSnapshotBody(bytes: Uint8Array): SnapshotBody {
  const reader = new ByteReader().open(bytes);
  const hash = reader.raw(HASH_BYTES);
  const version = reader.varint();
  const timeMs = reader.varint();
  const recentIds = reader.block();
  const length = reader.varint();
  const covered = reader.position;
  const core = reader.raw(length);
  if (!reader.finished()) throw new WireFormatError("the snapshot is torn");
  if (!sameBytes(checksum(bytes, covered), hash)) {
    throw new WireFormatError("the snapshot's checksum does not hold");
  }
  if (version !== SNAPSHOT_FORMAT_VERSION) throw new WireFormatError("the snapshot has another format");
  return { timeMs, core, recentIds };
}

function checksum(bytes: Uint8Array, end: number): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes.subarray(HASH_BYTES, end)).digest());
}
