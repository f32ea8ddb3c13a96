import type { MatchingCore } from "../core/matching-core.ts";
import { ExtraDouble, ExtraWord } from "../core/order-extras.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { OrderField, packStatus, packTerms } from "./order-state-codec.ts";

const id = { a: 0, b: 0, c: 0, d: 0 };

/** Appends the state of the order in a slot (`readOrderState` reads it). */
export function writeOrderState(core: MatchingCore, slot: number, writer: ByteWriter): void {
  const { orders, extras } = core;
  const row = orders.extras(slot);
  const clientOrderId = core.clientOrderId(slot);
  const code = orders.code(slot);
  const price = orders.price(slot);
  const quantity = orders.quantity(slot);
  const filled = orders.filled(slot);
  let fields =
    (clientOrderId !== "" ? OrderField.ClientOrderId : 0) |
    (code !== 0 ? OrderField.Code : 0) |
    (price !== 0 ? OrderField.Price : 0) |
    (quantity !== 0 ? OrderField.Quantity : 0) |
    (filled !== 0 ? OrderField.Filled : 0);
  if (row !== 0) fields |= extraFields(core, row);
  writer.id(orders.readId(slot, id));
  writer.text(core.users.name(orders.userSlot(slot)));
  writer.varint(orders.symbol(slot));
  writer.uint8(
    packTerms(orders.side(slot), orders.type(slot), orders.timeInForce(slot), orders.postOnly(slot)),
  );
  writer.uint8(packStatus(orders.status(slot), orders.selfTradePrevention(slot)));
  writer.uint16(fields);
  if (fields & OrderField.ClientOrderId) writer.text(clientOrderId);
  if (fields & OrderField.ListId) {
    const at = ExtraWord.ListId;
    writer.idWords(
      extras.word(row, at) >>> 0,
      extras.word(row, at + 1) >>> 0,
      extras.word(row, at + 2) >>> 0,
      extras.word(row, at + 3) >>> 0,
    );
  }
  if (fields & OrderField.Code) writer.uint8(code);
  if (fields & OrderField.Price) writer.varint(price);
  if (fields & OrderField.StopPrice) writer.varint(extras.double(row, ExtraDouble.StopPrice));
  if (fields & OrderField.TrailingDelta) writer.varint(extras.word(row, ExtraWord.TrailingDelta));
  if (fields & OrderField.TrailingAmount) writer.varint(extras.double(row, ExtraDouble.TrailingAmount));
  if (fields & OrderField.ActivationPrice) writer.varint(extras.double(row, ExtraDouble.ActivationPrice));
  if (fields & OrderField.Quantity) writer.varint(quantity);
  if (fields & OrderField.DisplayQuantity) writer.varint(extras.double(row, ExtraDouble.DisplayQuantity));
  if (fields & OrderField.Filled) {
    writer.varint(filled);
    writer.limbs(orders.filledQuoteLow(slot), orders.filledQuoteHigh(slot));
  }
  if (fields & OrderField.PreventedQuantity) writer.varint(extras.double(row, ExtraDouble.Prevented));
  if (fields & OrderField.QuoteQuantity) {
    writer.limbs(extras.double(row, ExtraDouble.QuoteLow), extras.double(row, ExtraDouble.QuoteHigh));
  }
  if (fields & OrderField.ExpireAt) writer.varint(extras.double(row, ExtraDouble.ExpireAt));
  if (fields & OrderField.TriggeredAt) writer.varint(extras.double(row, ExtraDouble.TriggeredAt));
}

function extraFields(core: MatchingCore, row: number): number {
  const { extras } = core;
  const has = (at: number, field: number): number => (extras.double(row, at) !== 0 ? field : 0);
  const list =
    extras.word(row, ExtraWord.ListId) |
    extras.word(row, ExtraWord.ListId + 1) |
    extras.word(row, ExtraWord.ListId + 2) |
    extras.word(row, ExtraWord.ListId + 3);
  return (
    has(ExtraDouble.StopPrice, OrderField.StopPrice) |
    has(ExtraDouble.TrailingAmount, OrderField.TrailingAmount) |
    has(ExtraDouble.ActivationPrice, OrderField.ActivationPrice) |
    has(ExtraDouble.DisplayQuantity, OrderField.DisplayQuantity) |
    has(ExtraDouble.Prevented, OrderField.PreventedQuantity) |
    has(ExtraDouble.QuoteLow, OrderField.QuoteQuantity) |
    has(ExtraDouble.QuoteHigh, OrderField.QuoteQuantity) |
    has(ExtraDouble.ExpireAt, OrderField.ExpireAt) |
    has(ExtraDouble.TriggeredAt, OrderField.TriggeredAt) |
    (extras.word(row, ExtraWord.TrailingDelta) !== 0 ? OrderField.TrailingDelta : 0) |
    (list !== 0 ? OrderField.ListId : 0)
  );
}
