import type { Outcome } from "../outcome.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { decodeOutcome } from "./outcome-codec.ts";
import { WireFormatError } from "./wire-format-error.ts";

/** One reply message a batch and pod: version, then each outcome behind its length. */
const REPLY_WIRE_VERSION = 1;

const ownWriter = new ByteWriter();
const ownReader = new ByteReader();

export function encodeReply(outcomes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  ownWriter.clear();
  ownWriter.uint8(REPLY_WIRE_VERSION);
  ownWriter.varint(outcomes.length);
  for (const outcome of outcomes) ownWriter.block(outcome);
  return ownWriter.toBytes();
}

/** Throws a WireFormatError where the bytes are not exactly one reply of this version. */
export function decodeReply(bytes: Uint8Array): Outcome[] {
  const reader = ownReader.open(bytes);
  const version = reader.uint8();
  const count = reader.bounded(reader.remaining);
  const blocks: Uint8Array[] = [];
  for (let index = 0; index < count && reader.ok; index++) blocks.push(reader.block());
  if (version !== REPLY_WIRE_VERSION || !reader.finished()) {
    throw new WireFormatError("not a reply of this version");
  }
  return blocks.map((block) => decodeOutcome(block));
}
