import type { SymbolSpec } from "../core/symbol-spec.ts";
import { SymbolStatus } from "../core/terms.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { MAX_SYMBOL, MAX_TEXT_BYTES } from "./limits.ts";

const MAX_UINT32 = 0xffff_ffff;
const MINUTES_PER_DAY = 1_440;

/** A definition of a symbol; whether its values make sense together is the core's to say. */
export function writeSymbolSpec(spec: SymbolSpec, writer: ByteWriter): void {
  writer.varint(spec.symbol);
  writer.text(spec.name);
  writer.text(spec.base);
  writer.text(spec.quote);
  writer.text(spec.priceStep);
  writer.text(spec.quantityStep);
  writer.varint(spec.minPrice);
  writer.varint(spec.maxPrice);
  writer.varint(spec.minQuantity);
  writer.varint(spec.maxQuantity);
  writer.bigint(spec.minNotional);
  writer.varint(spec.priceBandBps);
  writer.varint(spec.referencePrice);
  writer.varint(spec.sessionEndMinute);
  writer.varint(spec.maxOpenOrders);
  writer.uint8(spec.status);
}

export function readSymbolSpec(reader: ByteReader): SymbolSpec {
  const symbol = reader.bounded(MAX_SYMBOL);
  const name = reader.text(MAX_TEXT_BYTES);
  const base = reader.text(MAX_TEXT_BYTES);
  const quote = reader.text(MAX_TEXT_BYTES);
  const priceStep = reader.text(MAX_TEXT_BYTES);
  const quantityStep = reader.text(MAX_TEXT_BYTES);
  const minPrice = reader.varint();
  const maxPrice = reader.varint();
  const minQuantity = reader.varint();
  const maxQuantity = reader.varint();
  const minNotional = reader.bigint();
  const priceBandBps = reader.bounded(MAX_UINT32);
  const referencePrice = reader.varint();
  const sessionEndMinute = reader.bounded(MINUTES_PER_DAY - 1);
  const maxOpenOrders = reader.bounded(MAX_UINT32);
  const status = reader.uint8();
  if (status > SymbolStatus.Delisted || symbol === 0 || name === "") reader.fail();
  return {
    symbol,
    name,
    base,
    quote,
    priceStep,
    quantityStep,
    minPrice,
    maxPrice,
    minQuantity,
    maxQuantity,
    minNotional,
    priceBandBps,
    referencePrice,
    sessionEndMinute,
    maxOpenOrders,
    status: status as SymbolStatus,
  };
}
