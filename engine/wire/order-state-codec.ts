import { OrderStatus, OrderType, SelfTradePrevention, type Side, TimeInForce } from "../core/terms.ts";
import { formatId } from "../ids.ts";
import type { OrderState } from "../outcome.ts";
import type { ByteReader } from "./byte-reader.ts";
import { MAX_TEXT_BYTES } from "./limits.ts";

/**
 * The state of one order inside an outcome: id, owner, symbol, two bytes of terms, two that say which
 * fields follow, then these. `sequence` and `updatedAtMs` are the outcome's own.
 */
export const OrderField = {
  ClientOrderId: 1 << 0,
  ListId: 1 << 1,
  Code: 1 << 2,
  Price: 1 << 3,
  StopPrice: 1 << 4,
  TrailingDelta: 1 << 5,
  TrailingAmount: 1 << 6,
  ActivationPrice: 1 << 7,
  Quantity: 1 << 8,
  DisplayQuantity: 1 << 9,
  Filled: 1 << 10,
  PreventedQuantity: 1 << 11,
  QuoteQuantity: 1 << 12,
  ExpireAt: 1 << 13,
  TriggeredAt: 1 << 14,
} as const;

/** First byte of terms. */
export function packTerms(
  side: number,
  type: number,
  timeInForce: number,
  postOnly: boolean | number,
): number {
  return side | (type << 1) | (timeInForce << 4) | (postOnly ? 0x80 : 0);
}

/** Second byte of terms. */
export function packStatus(status: number, selfTradePrevention: number): number {
  return status | (selfTradePrevention << 3);
}

const id = { a: 0, b: 0, c: 0, d: 0 };

/** One order's state; failures show in `reader.ok`. */
export function readOrderState(reader: ByteReader, sequence: number, timeMs: number): OrderState {
  reader.id(id);
  const orderId = formatId(id);
  const userId = reader.text(MAX_TEXT_BYTES);
  const symbol = reader.varint();
  const terms = reader.uint8();
  const conditions = reader.uint8();
  const fields = reader.uint16();
  const type = (terms >> 1) & 7;
  const timeInForce = (terms >> 4) & 7;
  const status = conditions & 7;
  const selfTradePrevention = conditions >> 3;
  if (
    type > OrderType.TrailingStop ||
    timeInForce > TimeInForce.Gtd ||
    status > OrderStatus.Expired ||
    selfTradePrevention > SelfTradePrevention.None
  ) {
    reader.fail();
  }
  const clientOrderId = fields & OrderField.ClientOrderId ? reader.text(MAX_TEXT_BYTES) : "";
  const listId = fields & OrderField.ListId ? readId(reader) : "";
  const code = fields & OrderField.Code ? reader.uint8() : 0;
  const price = fields & OrderField.Price ? reader.varint() : 0;
  const stopPrice = fields & OrderField.StopPrice ? reader.varint() : 0;
  const trailingDelta = fields & OrderField.TrailingDelta ? reader.varint() : 0;
  const trailingAmount = fields & OrderField.TrailingAmount ? reader.varint() : 0;
  const activationPrice = fields & OrderField.ActivationPrice ? reader.varint() : 0;
  const quantity = fields & OrderField.Quantity ? reader.varint() : 0;
  const displayQuantity = fields & OrderField.DisplayQuantity ? reader.varint() : 0;
  const filledQuantity = fields & OrderField.Filled ? reader.varint() : 0;
  const filledQuote = fields & OrderField.Filled ? reader.bigint() : 0n;
  const preventedQuantity = fields & OrderField.PreventedQuantity ? reader.varint() : 0;
  const quoteQuantity = fields & OrderField.QuoteQuantity ? reader.bigint() : 0n;
  const expireAtMs = fields & OrderField.ExpireAt ? reader.varint() : 0;
  const triggeredAtMs = fields & OrderField.TriggeredAt ? reader.varint() : 0;
  return {
    orderId,
    clientOrderId,
    listId,
    userId,
    symbol,
    side: (terms & 1) as Side,
    type: type as OrderType,
    timeInForce: timeInForce as TimeInForce,
    selfTradePrevention: selfTradePrevention as SelfTradePrevention,
    postOnly: (terms & 0x80) !== 0,
    status: status as OrderStatus,
    code,
    price,
    stopPrice,
    trailingDelta,
    trailingAmount,
    activationPrice,
    quantity,
    displayQuantity,
    filledQuantity,
    preventedQuantity,
    quoteQuantity,
    filledQuote,
    expireAtMs,
    triggeredAtMs,
    updatedAtMs: timeMs,
    sequence,
  };
}

function readId(reader: ByteReader): string {
  reader.id(id);
  return formatId(id);
}
