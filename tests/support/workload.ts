import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import {
  CommandKind,
  SelfTradePrevention,
  type Side,
  SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";

/**
 * The public matching-engine workload: streams, and the adapter that drives a core with them. A modify is a
 * cancel and a new entry at the back of the queue; here it is a Replace under an id of the next
 * generation, whose refusal is the modify's.
 */
export const WORKLOAD_SYMBOL = 1;
const HEADER_BYTES = 16;
const RECORD_BYTES = 40;
const WORD = 0x1_0000_0000;
const START_MS = 1_700_000_000_000;

export const MessageType = { New: 0, Cancel: 1, Modify: 2 } as const;

/** Decoded records, one column a field. */
export interface MessageStream {
  readonly count: number;
  readonly type: Uint8Array;
  readonly side: Uint8Array;
  readonly ioc: Uint8Array;
  readonly quantity: Uint32Array;
  readonly sequence: Float64Array;
  readonly orderId: Float64Array;
  /** The order id's two 32-bit words. */
  readonly idHigh: Uint32Array;
  readonly idLow: Uint32Array;
  readonly price: Float64Array;
  /** How often its order was modified before: part of the id, since a replacement is a new order. */
  readonly generation: Uint16Array;
}

/** Room for a stream of `count` messages. */
export function emptyStream(count: number): MessageStream {
  return {
    count,
    type: new Uint8Array(count),
    side: new Uint8Array(count),
    ioc: new Uint8Array(count),
    quantity: new Uint32Array(count),
    sequence: new Float64Array(count),
    orderId: new Float64Array(count),
    idHigh: new Uint32Array(count),
    idLow: new Uint32Array(count),
    price: new Float64Array(count),
    generation: new Uint16Array(count),
  };
}

/** Reads a stream (`.bin`, or `.bin.gz`), or null when the file is not there. */
export function readStream(path: string): MessageStream | null {
  if (!existsSync(path)) return null;
  const raw = readFileSync(path);
  return decodeStream(path.endsWith(".gz") ? gunzipSync(raw) : raw);
}

function decodeStream(bytes: Uint8Array): MessageStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor((bytes.byteLength - HEADER_BYTES) / RECORD_BYTES);
  const stream = emptyStream(count);
  for (let index = 0; index < count; index += 1) {
    const at = HEADER_BYTES + index * RECORD_BYTES;
    stream.type[index] = view.getUint8(at);
    stream.side[index] = view.getUint8(at + 1);
    stream.ioc[index] = view.getUint8(at + 2);
    stream.quantity[index] = view.getUint32(at + 4, true);
    stream.sequence[index] = Number(view.getBigUint64(at + 8, true));
    stream.orderId[index] = Number(view.getBigUint64(at + 16, true));
    stream.price[index] = Number(view.getBigInt64(at + 24, true));
  }
  completeStream(stream);
  return stream;
}

/** Fills in what follows from the rest: generations, and the words of ids. */
export function completeStream(stream: MessageStream): void {
  const modified = new Map<number, number>();
  for (let index = 0; index < stream.count; index += 1) {
    const orderId = stream.orderId[index]!;
    stream.idHigh[index] = Math.floor(orderId / WORD);
    stream.idLow[index] = orderId % WORD;
    const generation = modified.get(orderId) ?? 0;
    stream.generation[index] = generation;
    if (stream.type[index] === MessageType.Modify) modified.set(orderId, generation + 1);
  }
}

/** A core with the one symbol that a stream trades in. */
export function workloadCore(orderCapacity?: number): MatchingCore {
  const core = new MatchingCore(orderCapacity === undefined ? {} : { orderCapacity });
  const command = new Command();
  command.kind = CommandKind.DefineSymbol;
  command.sequence = 1;
  command.timeMs = START_MS;
  command.spec = {
    symbol: WORKLOAD_SYMBOL,
    name: "LOAD/TEST",
    base: "LOAD",
    quote: "TEST",
    priceStep: "0.01",
    quantityStep: "1",
    minPrice: 1,
    maxPrice: Number.MAX_SAFE_INTEGER,
    minQuantity: 1,
    maxQuantity: Number.MAX_SAFE_INTEGER,
    minNotional: 0n,
    priceBandBps: 0,
    referencePrice: 0,
    sessionEndMinute: 0,
    maxOpenOrders: 0,
    status: SymbolStatus.Active,
  };
  core.apply(command);
  return core;
}

/** The command that every message of a stream is written into. */
export function workloadCommand(): Command {
  const command = new Command();
  command.symbol = WORKLOAD_SYMBOL;
  command.userId = "workload";
  command.timeMs = START_MS;
  command.stopOnFailure = true;
  // A mark in the ids, so that none is zero.
  command.target.a = 1;
  command.order.id.a = 1;
  command.order.selfTradePrevention = SelfTradePrevention.None;
  return command;
}

/** Writes message `index` into the command; sequence and time are the caller's. */
export function loadMessage(stream: MessageStream, index: number, command: Command): void {
  const type = stream.type[index]!;
  const generation = stream.generation[index]!;
  const low = stream.idLow[index]!;
  const high = stream.idHigh[index]!;
  if (type !== MessageType.New) {
    command.kind = type === MessageType.Cancel ? CommandKind.Cancel : CommandKind.Replace;
    command.target.b = generation;
    command.target.c = high;
    command.target.d = low;
    if (type === MessageType.Cancel) return;
  } else command.kind = CommandKind.Place;
  const { order } = command;
  order.id.b = type === MessageType.Modify ? generation + 1 : 0;
  order.id.c = high;
  order.id.d = low;
  order.side = stream.side[index] as Side;
  order.timeInForce = stream.ioc[index] === 1 ? TimeInForce.Ioc : TimeInForce.Gtc;
  order.price = stream.price[index]!;
  order.quantity = stream.quantity[index]!;
}

/** Applies a whole stream and returns the SHA-256 of its reports, sorted as the workload says. */
export function reportHash(stream: MessageStream): string {
  const core = workloadCore();
  const command = workloadCommand();
  const hash = createHash("sha256");
  const inOrder = isInOrder(stream.sequence);
  const later: { sequence: number; text: string }[] = [];
  let separator = "";
  const add = (text: string): void => {
    hash.update(separator + text);
    separator = "\n";
  };
  for (let index = 0; index < stream.count; index += 1) {
    loadMessage(stream, index, command);
    command.sequence = core.lastSequence + 1;
    core.apply(command);
    const text = reportsOf(core, stream, index).join("\n");
    if (inOrder) add(text);
    else later.push({ sequence: stream.sequence[index]!, text });
  }
  later.sort((left, right) => left.sequence - right.sequence);
  for (const { text } of later) add(text);
  return hash.digest("hex");
}

function isInOrder(sequence: Float64Array): boolean {
  for (let index = 1; index < sequence.length; index += 1) {
    if (sequence[index]! <= sequence[index - 1]!) return false;
  }
  return true;
}

/** The workload's report lines for the last command, sorted by type, trades as they happened. */
function reportsOf(core: MatchingCore, stream: MessageStream, index: number): string[] {
  const { events, orders } = core;
  const sequence = stream.sequence[index]!;
  const type = stream.type[index]!;
  const orderId = stream.orderId[index]!;
  const idOf = (slot: number): number => orders.idWord(slot, 2) * WORD + orders.idWord(slot, 3);
  const lines: { type: number; text: string }[] = [];
  for (let at = 0; at < events.count; at += 1) {
    const slot = events.slot[at]!;
    const price = events.price[at]!;
    const quantity = events.quantity[at]!;
    const code = events.code[at]!;
    switch (events.type[at]) {
      case EventType.Accepted: {
        const kind = type === MessageType.Modify ? 3 : 0;
        lines.push({
          type: kind,
          text: `${kind},${sequence},${orders.side(slot)},${idOf(slot)},${price},${quantity}`,
        });
        break;
      }
      case EventType.Trade:
        lines.push({
          type: 1,
          text: `1,${sequence},${price},${quantity},${idOf(slot)},${idOf(events.other[at]!)}`,
        });
        break;
      case EventType.Ended:
        if (code !== Code.CANCELLED_BY_REPLACE) {
          lines.push({ type: 2, text: `2,${sequence},${orders.side(slot)},${idOf(slot)},${price}` });
        }
        break;
      case EventType.Refused:
        return [`${type === MessageType.Modify ? 5 : 4},${sequence},${orderId}`];
    }
  }
  lines.sort((left, right) => left.type - right.type);
  return lines.map((line) => line.text);
}
