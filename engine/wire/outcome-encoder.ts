import { Code } from "../core/codes.ts";
import type { Command } from "../core/command.ts";
import { EventType } from "../core/event.ts";
import type { MatchingCore } from "../core/matching-core.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { writeOrderState } from "./order-state-encoder.ts";
import { HAS_SYMBOL_CHANGE, OUTCOME_WIRE_VERSION } from "./outcome-codec.ts";
import { TouchedOrders } from "./touched-orders.ts";

const ownTouched = new TouchedOrders();

/**
 * Appends the outcome of the command that the core has just applied, straight out of its events and
 * rows: no object is made on the way. The same core state and command give the same bytes.
 * @param groupNumber 0…4,095, part of trade ids
 * @param touched filled with the orders that it names, in the outcome's order
 */
export function encodeOutcome(
  core: MatchingCore,
  command: Command,
  groupNumber: number,
  writer: ByteWriter,
  touched: TouchedOrders = ownTouched,
): void {
  const { events } = core;
  touched.collect(core, command);
  writer.uint8(OUTCOME_WIRE_VERSION);
  writer.uint8(command.kind);
  writer.id(command.id);
  writer.varint(command.sequence);
  writer.varint(command.timeMs);
  writer.uint8(codeOf(core, touched));
  writeSymbolChange(core, writer);
  writer.varint(touched.count);
  for (let index = 0; index < touched.count; index++) writeOrderState(core, touched.slots[index]!, writer);
  writer.varint(touched.trades);
  if (touched.trades === 0) return;
  writer.varint(groupNumber);
  for (let at = 0; at < events.count; at++) {
    if (events.type[at] !== EventType.Trade) continue;
    writer.varint(touched.indexOf(events.slot[at]!));
    writer.varint(touched.indexOf(events.other[at]!));
    writer.varint(events.price[at]!);
    writer.varint(events.quantity[at]!);
  }
}

/** Why the command, or the order that it placed, was refused. */
function codeOf(core: MatchingCore, touched: TouchedOrders): number {
  const { events } = core;
  const subject = touched.count > 0 ? touched.slots[0]! : -1;
  for (let at = 0; at < events.count; at++) {
    const type = events.type[at];
    if (type === EventType.Refused) return events.code[at]!;
    if (type === EventType.Rejected && events.slot[at] === subject) return events.code[at]!;
  }
  return Code.NONE;
}

function writeSymbolChange(core: MatchingCore, writer: ByteWriter): void {
  const { events } = core;
  for (let at = 0; at < events.count; at++) {
    const type = events.type[at];
    if (type === EventType.SymbolDefined || type === EventType.SymbolStatusChanged) {
      writer.uint8(HAS_SYMBOL_CHANGE);
      writer.varint(events.other[at]!);
      writer.uint8(events.code[at]!);
      return;
    }
  }
  writer.uint8(0);
}
