import { createHash } from "node:crypto";
import { atOnce, type Steps } from "../core/steps.ts";
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

/** Above what numbers and lengths take. */
const MOST_OTHER_BYTES = 64;
const BYTES_A_STEP = 1 << 22;

export interface SnapshotBody {
  /** Time of the last sequenced command, milliseconds. */
  readonly timeMs: number;
  readonly core: Uint8Array;
  readonly recentIds: Uint8Array;
}

export function encodeSnapshotBody(body: SnapshotBody): Uint8Array<ArrayBuffer> {
  return atOnce(snapshotBodySteps(body));
}

/** The same in steps of some milliseconds. */
export function* snapshotBodySteps(body: SnapshotBody): Steps<Uint8Array<ArrayBuffer>> {
  const writer = new ByteWriter(HASH_BYTES + MOST_OTHER_BYTES + body.core.length + body.recentIds.length);
  writer.raw(new Uint8Array(HASH_BYTES));
  writer.varint(SNAPSHOT_FORMAT_VERSION);
  writer.varint(body.timeMs);
  writer.varint(body.recentIds.length);
  yield* rawSteps(writer, body.recentIds);
  writer.varint(body.core.length);
  const covered = writer.length;
  yield* rawSteps(writer, body.core);
  const bytes = writer.view();
  const hash = createHash("sha256");
  for (let at = HASH_BYTES; at < covered; at += BYTES_A_STEP) {
    hash.update(bytes.subarray(at, Math.min(covered, at + BYTES_A_STEP)));
    yield;
  }
  bytes.set(hash.digest(), 0);
  return bytes;
}

function* rawSteps(writer: ByteWriter, bytes: Uint8Array): Steps<void> {
  for (let at = 0; at < bytes.length; at += BYTES_A_STEP) {
    writer.raw(bytes.subarray(at, at + BYTES_A_STEP));
    yield;
  }
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
