import { CommandKind } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import { ByteWriter } from "../../engine/wire/byte-writer.ts";
import { OUTCOME_WIRE_VERSION } from "../../engine/wire/outcome-codec.ts";
import { encodeReply } from "../../engine/wire/reply.ts";

/** A reply message of one outcome: the command did what it asked, and touched no order. */
export function replyTo(commandId: string): Uint8Array {
  const writer = new ByteWriter();
  writer.uint8(OUTCOME_WIRE_VERSION);
  writer.uint8(CommandKind.CancelAll);
  writer.id(parseId(commandId, { a: 0, b: 0, c: 0, d: 0 }));
  writer.varint(1);
  writer.varint(1_700_000_000_000);
  writer.uint8(0);
  writer.uint8(0);
  writer.varint(0);
  writer.varint(0);
  return encodeReply([writer.toBytes()]);
}
