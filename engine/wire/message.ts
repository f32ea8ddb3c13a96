import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { MAX_COMMAND_BYTES, MAX_COMMANDS_PER_MESSAGE, MAX_TEXT_BYTES } from "./limits.ts";

/**
 * What stands in one message on a group's queue: version, whether it was sent before, where replies
 * go, and the commands, each behind its length. A message without commands is the tick, which is
 * never sequenced.
 *
 * A message that is traced has one more field behind the commands: for each of them, the place in its
 * trace. An engine older than this field refuses such messages, so traces are turned on after engines.
 */

const MESSAGE_WIRE_VERSION = 1;

export interface CommandMessage {
  /** The publisher's `replyAddress`; "" for nobody. */
  readonly replyAddress: string;
  /** The sender does not know whether it sent these commands before. */
  readonly resent: boolean;
  /** Each one's bytes (`command-codec.ts`); views of the message when decoded. */
  readonly commands: readonly Uint8Array[];
  /**
   * Where each command stands in its trace: trace id (16 bytes), span id (8), flags (1); no bytes for a
   * command without. Absent or empty: nothing of it is traced. No part of the history.
   */
  readonly traces?: readonly Uint8Array[];
}

export const TRACE_PLACE_BYTES = 25;

const RESENT = 1;
const TRACED = 2;

const ownWriter = new ByteWriter();
const ownReader = new ByteReader();

/** Throws a RangeError where there are too many commands, or one is too long. */
export function encodeCommandMessage(message: CommandMessage): Uint8Array<ArrayBuffer> {
  const { commands } = message;
  if (commands.length > MAX_COMMANDS_PER_MESSAGE) throw new RangeError("too many commands in one message");
  const writer = ownWriter;
  writer.clear();
  writer.uint8(MESSAGE_WIRE_VERSION);
  const traces = message.traces ?? [];
  if (traces.length > 0 && traces.length !== commands.length)
    throw new RangeError("a place for each command");
  writer.uint8((message.resent ? RESENT : 0) | (traces.length > 0 ? TRACED : 0));
  writer.text(message.replyAddress);
  writer.varint(commands.length);
  for (const command of commands) {
    if (command.length > MAX_COMMAND_BYTES) throw new RangeError("command too long");
    writer.block(command);
  }
  for (const place of traces) writer.block(place);
  return writer.toBytes();
}

/**
 * The message's parts; its commands are views of `bytes`, not yet decoded. Null where the bytes are
 * no message of this version. Never throws.
 */
export function decodeCommandMessage(bytes: Uint8Array): CommandMessage | null {
  const reader = ownReader.open(bytes);
  if (reader.uint8() !== MESSAGE_WIRE_VERSION) return null;
  const flags = reader.uint8();
  if (flags > (RESENT | TRACED)) return null;
  const resent = (flags & RESENT) !== 0;
  const replyAddress = reader.text(MAX_TEXT_BYTES);
  const count = reader.bounded(MAX_COMMANDS_PER_MESSAGE);
  const commands: Uint8Array[] = [];
  for (let index = 0; index < count && reader.ok; index++) commands.push(reader.block(MAX_COMMAND_BYTES));
  if ((flags & TRACED) === 0) return reader.finished() ? { replyAddress, resent, commands } : null;
  if (count === 0) return null;
  const traces: Uint8Array[] = [];
  for (let index = 0; index < count && reader.ok; index++) traces.push(reader.block(TRACE_PLACE_BYTES));
  return reader.finished() ? { replyAddress, resent, commands, traces } : null;
}

/** Puts nothing on the queue but a delivery: what promotes an engine on an idle queue. */
export const TICK_MESSAGE: Uint8Array<ArrayBuffer> = encodeCommandMessage({
  replyAddress: "",
  resent: false,
  commands: [],
});
