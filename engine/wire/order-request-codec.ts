import type { OrderRequest } from "../core/command.ts";
import { OrderType, SelfTradePrevention, type Side, TimeInForce } from "../core/terms.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { MAX_TEXT_BYTES, MAX_TIME_MS, MAX_TRAILING_DELTA } from "./limits.ts";

/**
 * An order request on the wire: one byte of side, type, time in force and postOnly, two of
 * self-trade prevention and of which fields follow, then these fields. A field that is "not given"
 * takes no room, and one that is given as zero is malformed.
 */

const CLIENT_ORDER_ID = 1 << 0;
const PRICE = 1 << 1;
const QUANTITY = 1 << 2;
const QUOTE_QUANTITY = 1 << 3;
const DISPLAY_QUANTITY = 1 << 4;
const STOP_PRICE = 1 << 5;
const TRAILING_DELTA = 1 << 6;
const TRAILING_AMOUNT = 1 << 7;
const ACTIVATION_PRICE = 1 << 8;
const EXPIRE_AT = 1 << 9;
const FIELD_BITS = 10;
const ALL_FIELDS = (1 << FIELD_BITS) - 1;

/** The order's id is not part of it: who encodes knows where it stands. */
export function writeOrderRequest(order: OrderRequest, writer: ByteWriter): void {
  const fields =
    (order.clientOrderId !== "" ? CLIENT_ORDER_ID : 0) |
    (order.price !== 0 ? PRICE : 0) |
    (order.quantity !== 0 ? QUANTITY : 0) |
    (order.quoteQuantity !== 0n ? QUOTE_QUANTITY : 0) |
    (order.displayQuantity !== 0 ? DISPLAY_QUANTITY : 0) |
    (order.stopPrice !== 0 ? STOP_PRICE : 0) |
    (order.trailingDelta !== 0 ? TRAILING_DELTA : 0) |
    (order.trailingAmount !== 0 ? TRAILING_AMOUNT : 0) |
    (order.activationPrice !== 0 ? ACTIVATION_PRICE : 0) |
    (order.expireAtMs !== 0 ? EXPIRE_AT : 0);
  writer.uint8(order.side | (order.type << 1) | (order.timeInForce << 4) | (order.postOnly ? 0x80 : 0));
  writer.uint16((order.selfTradePrevention << FIELD_BITS) | fields);
  if (fields & CLIENT_ORDER_ID) writer.text(order.clientOrderId);
  if (fields & PRICE) writer.varint(order.price);
  if (fields & QUANTITY) writer.varint(order.quantity);
  if (fields & QUOTE_QUANTITY) writer.bigint(order.quoteQuantity);
  if (fields & DISPLAY_QUANTITY) writer.varint(order.displayQuantity);
  if (fields & STOP_PRICE) writer.varint(order.stopPrice);
  if (fields & TRAILING_DELTA) writer.varint(order.trailingDelta);
  if (fields & TRAILING_AMOUNT) writer.varint(order.trailingAmount);
  if (fields & ACTIVATION_PRICE) writer.varint(order.activationPrice);
  if (fields & EXPIRE_AT) writer.varint(order.expireAtMs);
}

/** Fills `into` (already reset) with what the reader holds; failures show in `reader.ok`. */
export function readOrderRequest(reader: ByteReader, into: OrderRequest): void {
  const terms = reader.uint8();
  const header = reader.uint16();
  const type = (terms >> 1) & 7;
  const timeInForce = (terms >> 4) & 7;
  const selfTradePrevention = header >> FIELD_BITS;
  if (
    type > OrderType.TrailingStop ||
    timeInForce > TimeInForce.Gtd ||
    selfTradePrevention > SelfTradePrevention.None
  ) {
    reader.fail();
    return;
  }
  into.side = (terms & 1) as Side;
  into.type = type as OrderType;
  into.timeInForce = timeInForce as TimeInForce;
  into.postOnly = (terms & 0x80) !== 0;
  into.selfTradePrevention = selfTradePrevention as SelfTradePrevention;
  const fields = header & ALL_FIELDS;
  if (fields & CLIENT_ORDER_ID) {
    into.clientOrderId = reader.text(MAX_TEXT_BYTES);
    if (into.clientOrderId === "") reader.fail();
  }
  if (fields & PRICE) into.price = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & QUANTITY) into.quantity = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & QUOTE_QUANTITY) {
    into.quoteQuantity = reader.bigint();
    if (into.quoteQuantity === 0n) reader.fail();
  }
  if (fields & DISPLAY_QUANTITY) into.displayQuantity = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & STOP_PRICE) into.stopPrice = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & TRAILING_DELTA) into.trailingDelta = given(reader, MAX_TRAILING_DELTA);
  if (fields & TRAILING_AMOUNT) into.trailingAmount = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & ACTIVATION_PRICE) into.activationPrice = given(reader, Number.MAX_SAFE_INTEGER);
  if (fields & EXPIRE_AT) into.expireAtMs = given(reader, MAX_TIME_MS);
}

function given(reader: ByteReader, limit: number): number {
  const value = reader.bounded(limit);
  if (value === 0) reader.fail();
  return value;
}
