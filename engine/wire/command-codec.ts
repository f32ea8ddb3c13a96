import { Code } from "../core/codes.ts";
import { AmendField, type Command, type IdWords, type OrderRequest } from "../core/command.ts";
import {
  CommandKind,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../core/terms.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { MAX_SYMBOL, MAX_TEXT_BYTES, MAX_TRAILING_DELTA } from "./limits.ts";
import { readOrderRequest, writeOrderRequest } from "./order-request-codec.ts";
import { readSymbolSpec, writeSymbolSpec } from "./symbol-spec-codec.ts";

/**
 * Commands on the wire and in the journal: version, kind, id, then what the kind reads (the table at
 * `Command`). `sequence` and `timeMs` are not part of it: the sequencer stamps them.
 *
 * The id stands at a fixed place, so that whoever sent something undecodable can still be answered
 * (`salvageCommandId`).
 */

const COMMAND_WIRE_VERSION = 1;
const ID_OFFSET = 2;
const ID_BYTES = 16;

/** How Cancel, Amend and Replace name the order that they are about. */
const BY_ID = 1;
const BY_CLIENT_ID = 0;

const KNOWN_CODES = new Set<number>(Object.values(Code));
const ALL_AMEND_FIELDS = 0xff;

const ownWriter = new ByteWriter();
const ownReader = new ByteReader();

/** The command's bytes, in an array of their own. Throws a RangeError where a value cannot be held. */
export function encodeCommand(command: Command): Uint8Array<ArrayBuffer> {
  ownWriter.clear();
  writeCommand(command, ownWriter);
  return ownWriter.toBytes();
}

/** Appends the command's bytes to `writer`. */
export function writeCommand(command: Command, writer: ByteWriter): void {
  writer.uint8(COMMAND_WIRE_VERSION);
  writer.uint8(command.kind);
  writer.id(command.id);
  switch (command.kind) {
    case CommandKind.Place:
      writeOwner(command, writer);
      writeOrderRequest(command.order, writer);
      return;
    case CommandKind.Cancel:
      writeOwner(command, writer);
      writeTarget(command, writer);
      writer.uint8(command.byAdmin ? 1 : 0);
      writer.uint8(command.cancelReason);
      return;
    case CommandKind.CancelAll:
      writeOwner(command, writer);
      writer.uint8(command.cancelReason);
      return;
    case CommandKind.Amend:
      writeOwner(command, writer);
      writeTarget(command, writer);
      writeAmend(command, writer);
      return;
    case CommandKind.Replace:
      writeOwner(command, writer);
      writeTarget(command, writer);
      writer.uint8(command.stopOnFailure ? 1 : 0);
      writer.id(command.order.id);
      writeOrderRequest(command.order, writer);
      return;
    case CommandKind.PlaceList:
      writeOwner(command, writer);
      writer.id(command.order.id);
      writeOrderRequest(command.order, writer);
      writer.id(command.stopLeg.id);
      writeOrderRequest(command.stopLeg, writer);
      return;
    case CommandKind.CancelList:
      writeOwner(command, writer);
      writer.id(command.target);
      return;
    case CommandKind.DefineSymbol:
      if (command.spec === null) throw new RangeError("a definition without its symbol");
      writeSymbolSpec(command.spec, writer);
      return;
    case CommandKind.SetSymbolStatus:
      writer.varint(command.symbol);
      writer.uint8(command.status);
      return;
    case CommandKind.KillSwitch:
      writer.text(command.userId);
      writer.uint8(command.enabled ? 1 : 0);
      return;
    case CommandKind.ExpireDue:
      return;
    case CommandKind.Refusal:
      writer.uint8(command.code);
      return;
  }
}

/**
 * Decodes one command into `into`, whose other fields are reset. Never throws; false where the bytes
 * are not exactly one well-formed command of this version, and then `into` is blank.
 */
export function decodeCommand(bytes: Uint8Array, offset: number, length: number, into: Command): boolean {
  resetCommand(into);
  const reader = ownReader.open(bytes, offset, length);
  readCommand(reader, into);
  if (reader.finished()) return true;
  resetCommand(into);
  return false;
}

/** The id out of bytes that need not be a whole command; false where they are too short for one. */
export function salvageCommandId(bytes: Uint8Array, into: IdWords): boolean {
  setId(into, 0, 0, 0, 0);
  if (bytes.length < ID_OFFSET + ID_BYTES || bytes[0] !== COMMAND_WIRE_VERSION) return false;
  ownReader.open(bytes, ID_OFFSET, ID_BYTES).id(into);
  return true;
}

function readCommand(reader: ByteReader, into: Command): void {
  const version = reader.uint8();
  const kind = reader.uint8();
  if (version !== COMMAND_WIRE_VERSION || kind < CommandKind.Place || kind > CommandKind.Refusal) {
    reader.fail();
    return;
  }
  into.kind = kind as CommandKind;
  reader.id(into.id);
  switch (into.kind) {
    case CommandKind.Place:
      readOwner(reader, into);
      copyId(into.id, into.order.id);
      readOrderRequest(reader, into.order);
      break;
    case CommandKind.Cancel:
      readOwner(reader, into, true);
      readTarget(reader, into);
      into.byAdmin = reader.bit();
      readCancelReason(reader, into);
      if (into.userId === "" && !into.byAdmin) reader.fail();
      break;
    case CommandKind.CancelAll:
      into.symbol = reader.bounded(MAX_SYMBOL);
      readUser(reader, into);
      readCancelReason(reader, into);
      break;
    case CommandKind.Amend:
      readOwner(reader, into);
      readTarget(reader, into);
      readAmend(reader, into);
      break;
    case CommandKind.Replace:
      readOwner(reader, into);
      readTarget(reader, into);
      into.stopOnFailure = reader.bit();
      readGivenId(reader, into.order.id);
      readOrderRequest(reader, into.order);
      break;
    case CommandKind.PlaceList:
      readOwner(reader, into);
      readGivenId(reader, into.order.id);
      readOrderRequest(reader, into.order);
      readGivenId(reader, into.stopLeg.id);
      readOrderRequest(reader, into.stopLeg);
      break;
    case CommandKind.CancelList:
      readOwner(reader, into);
      readGivenId(reader, into.target);
      break;
    case CommandKind.DefineSymbol:
      into.spec = readSymbolSpec(reader);
      break;
    case CommandKind.SetSymbolStatus: {
      readSymbol(reader, into);
      const status = reader.uint8();
      if (status > SymbolStatus.Delisted) reader.fail();
      into.status = status as SymbolStatus;
      break;
    }
    case CommandKind.KillSwitch:
      readUser(reader, into);
      into.enabled = reader.bit();
      break;
    case CommandKind.ExpireDue:
      return;
    case CommandKind.Refusal:
      into.code = reader.uint8();
      if (into.code === Code.NONE || !KNOWN_CODES.has(into.code)) reader.fail();
      return;
  }
  // Only what engines make themselves goes without an id.
  if (into.kind !== CommandKind.DefineSymbol && isZero(into.id)) reader.fail();
}

function writeOwner(command: Command, writer: ByteWriter): void {
  writer.varint(command.symbol);
  writer.text(command.userId);
}

function readOwner(reader: ByteReader, into: Command, mayBeNobody = false): void {
  readSymbol(reader, into);
  if (mayBeNobody) into.userId = reader.text(MAX_TEXT_BYTES);
  else readUser(reader, into);
}

function readSymbol(reader: ByteReader, into: Command): void {
  into.symbol = reader.bounded(MAX_SYMBOL);
  if (into.symbol === 0) reader.fail();
}

function readUser(reader: ByteReader, into: Command): void {
  into.userId = reader.text(MAX_TEXT_BYTES);
  if (into.userId === "") reader.fail();
}

function writeTarget(command: Command, writer: ByteWriter): void {
  if (command.targetClientOrderId === "") {
    writer.uint8(BY_ID);
    writer.id(command.target);
  } else {
    writer.uint8(BY_CLIENT_ID);
    writer.text(command.targetClientOrderId);
  }
}

function readTarget(reader: ByteReader, into: Command): void {
  if (reader.bit()) readGivenId(reader, into.target);
  else {
    into.targetClientOrderId = reader.text(MAX_TEXT_BYTES);
    if (into.targetClientOrderId === "") reader.fail();
  }
}

function readGivenId(reader: ByteReader, into: IdWords): void {
  reader.id(into);
  if (isZero(into)) reader.fail();
}

function readCancelReason(reader: ByteReader, into: Command): void {
  into.cancelReason = reader.uint8();
  const known = into.cancelReason >= Code.CANCELLED_BY_USER && into.cancelReason <= Code.CANCELLED_BY_ADMIN;
  if (into.cancelReason !== 0 && !known) reader.fail();
}

function writeAmend(command: Command, writer: ByteWriter): void {
  const { amendMask, order } = command;
  writer.uint8(amendMask);
  if (amendMask & AmendField.Price) writer.varint(order.price);
  if (amendMask & AmendField.Quantity) writer.varint(order.quantity);
  if (amendMask & AmendField.StopPrice) writer.varint(order.stopPrice);
  if (amendMask & AmendField.TrailingDelta) writer.varint(order.trailingDelta);
  if (amendMask & AmendField.TrailingAmount) writer.varint(order.trailingAmount);
  if (amendMask & AmendField.ActivationPrice) writer.varint(order.activationPrice);
  if (amendMask & AmendField.DisplayQuantity) writer.varint(order.displayQuantity);
}

function readAmend(reader: ByteReader, into: Command): void {
  const mask = reader.uint8() & ALL_AMEND_FIELDS;
  const { order } = into;
  into.amendMask = mask;
  if (mask & AmendField.Price) order.price = reader.varint();
  if (mask & AmendField.Quantity) order.quantity = reader.varint();
  if (mask & AmendField.StopPrice) order.stopPrice = reader.varint();
  if (mask & AmendField.TrailingDelta) order.trailingDelta = reader.bounded(MAX_TRAILING_DELTA);
  if (mask & AmendField.TrailingAmount) order.trailingAmount = reader.varint();
  if (mask & AmendField.ActivationPrice) order.activationPrice = reader.varint();
  if (mask & AmendField.DisplayQuantity) order.displayQuantity = reader.varint();
}

/** Back to a fresh command's values (`sequence` and `timeMs` too). */
export function resetCommand(command: Command): void {
  command.kind = CommandKind.Place;
  setId(command.id, 0, 0, 0, 0);
  command.sequence = 0;
  command.timeMs = 0;
  command.symbol = 0;
  command.userId = "";
  resetOrder(command.order);
  resetOrder(command.stopLeg);
  setId(command.target, 0, 0, 0, 0);
  command.targetClientOrderId = "";
  command.amendMask = 0;
  command.stopOnFailure = true;
  command.byAdmin = false;
  command.cancelReason = 0;
  command.enabled = false;
  command.status = SymbolStatus.Active;
  command.spec = null;
  command.code = 0;
}

function resetOrder(order: OrderRequest): void {
  setId(order.id, 0, 0, 0, 0);
  order.clientOrderId = "";
  order.side = Side.Buy;
  order.type = OrderType.Limit;
  order.timeInForce = TimeInForce.Gtc;
  order.selfTradePrevention = SelfTradePrevention.ExpireTaker;
  order.postOnly = false;
  order.price = 0;
  order.quantity = 0;
  order.quoteQuantity = 0n;
  order.displayQuantity = 0;
  order.stopPrice = 0;
  order.trailingDelta = 0;
  order.trailingAmount = 0;
  order.activationPrice = 0;
  order.expireAtMs = 0;
}

function setId(id: IdWords, a: number, b: number, c: number, d: number): void {
  id.a = a;
  id.b = b;
  id.c = c;
  id.d = d;
}

function copyId(from: IdWords, to: IdWords): void {
  setId(to, from.a, from.b, from.c, from.d);
}

function isZero(id: IdWords): boolean {
  return (id.a | id.b | id.c | id.d) === 0;
}
