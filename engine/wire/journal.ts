import { createHash } from "node:crypto";
import type { JournalBatch } from "../ports.ts";
import { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { MAX_KEPT_POISON_BYTES } from "./limits.ts";
import { WireFormatError } from "./wire-format-error.ts";

/**
 * The payload of a journal row: version, the time of its first command, then one entry a command:
 * milliseconds since the entry before, the command's bytes, the bytes as they arrived where these
 * could not be applied (a Refusal; cut at a bound), and the outcome's bytes.
 */

const JOURNAL_WIRE_VERSION = 1;

export const HASH_BYTES = 32;
const NOTHING = new Uint8Array(0);

/** One sequenced command as the journal has it. The byte fields are views of the payload. */
export interface JournalEntry {
  readonly sequence: number;
  readonly timeMs: number;
  readonly command: Uint8Array;
  /** What arrived, where `command` is the Refusal in its place; else empty. */
  readonly refused: Uint8Array;
  readonly outcome: Uint8Array;
}

/** Begins a payload in a cleared writer. */
export function beginPayload(writer: ByteWriter, firstTimeMs: number): void {
  writer.uint8(JOURNAL_WIRE_VERSION);
  writer.varint(firstTimeMs);
}

/** Appends one entry up to its outcome; who writes the outcome puts it behind, as a block. */
export function writeEntry(
  writer: ByteWriter,
  timeDeltaMs: number,
  command: Uint8Array,
  refused: Uint8Array = NOTHING,
): void {
  writer.varint(timeDeltaMs);
  writer.block(command);
  writer.block(refused.length > MAX_KEPT_POISON_BYTES ? refused.subarray(0, MAX_KEPT_POISON_BYTES) : refused);
}

/**
 * The entries of a row, in order. Throws a WireFormatError where its payload does not read back or
 * does not hold exactly its sequences.
 */
export function* readEntries(batch: JournalBatch): Generator<JournalEntry, void, undefined> {
  const reader = new ByteReader().open(batch.payload);
  const version = reader.uint8();
  let timeMs = reader.varint();
  if (!reader.ok || version !== JOURNAL_WIRE_VERSION) throw unreadable(batch);
  for (let sequence = batch.firstSequence; sequence <= batch.lastSequence; sequence++) {
    timeMs += reader.varint();
    const command = reader.block();
    const refused = reader.block();
    const outcome = reader.block();
    if (!reader.ok) throw unreadable(batch);
    yield { sequence, timeMs, command, refused, outcome };
  }
  if (!reader.finished() || timeMs !== batch.timeMs) throw unreadable(batch);
}

/**
 * The chained hash after a row: SHA-256 over the hash before it and everything that the row says, so
 * that any change to any row before shows in every hash after.
 */
export function chainHash(
  previous: Uint8Array,
  group: string,
  batch: Omit<JournalBatch, "hash">,
): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(group);
  const head = new DataView(new ArrayBuffer(4 + 8 * 4 + 4));
  head.setUint32(0, name.length);
  head.setBigUint64(4, BigInt(batch.epoch));
  head.setBigUint64(12, BigInt(batch.firstSequence));
  head.setBigUint64(20, BigInt(batch.lastSequence));
  head.setBigUint64(28, BigInt(batch.timeMs));
  head.setUint32(36, batch.rulesVersion);
  const digest = createHash("sha256")
    .update(previous)
    .update(new Uint8Array(head.buffer))
    .update(name)
    .update(batch.payload)
    .digest();
  return new Uint8Array(digest);
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

function unreadable(batch: JournalBatch): WireFormatError {
  return new WireFormatError(`the journal row from ${batch.firstSequence} does not read back`);
}
