import { CommandKind, SymbolStatus } from "../core/terms.ts";
import { formatId, makeTradeId } from "../ids.ts";
import type { OrderState, Outcome, SymbolChange, TradeState } from "../outcome.ts";
import { ByteReader } from "./byte-reader.ts";
import { readOrderState } from "./order-state-codec.ts";
import { WireFormatError } from "./wire-format-error.ts";

/**
 * Outcomes on the wire and in the journal: version, kind, command id, sequence, time, code, a symbol's
 * change, the orders' states, the trades. Ids of trades are not part of it, since they follow from
 * time, group, sequence and place.
 */

export const OUTCOME_WIRE_VERSION = 1;
/** A bit of the byte behind the code: symbol and status follow. */
export const HAS_SYMBOL_CHANGE = 1;

const ownReader = new ByteReader();
const id = { a: 0, b: 0, c: 0, d: 0 };

/** Throws a WireFormatError where the bytes are not exactly one outcome of this version. */
export function decodeOutcome(bytes: Uint8Array): Outcome {
  const reader = ownReader.open(bytes);
  const outcome = readOutcome(reader);
  if (!reader.finished()) throw new WireFormatError("not an outcome of this version");
  return outcome;
}

function readOutcome(reader: ByteReader): Outcome {
  if (reader.uint8() !== OUTCOME_WIRE_VERSION) reader.fail();
  const kind = reader.uint8();
  if (kind < CommandKind.Place || kind > CommandKind.Refusal) reader.fail();
  reader.id(id);
  const commandId = formatId(id);
  const sequence = reader.varint();
  const timeMs = reader.varint();
  const code = reader.uint8();
  const parts = reader.uint8();
  const symbolChange = parts & HAS_SYMBOL_CHANGE ? readSymbolChange(reader) : null;
  const orderCount = reader.bounded(reader.remaining);
  const orders: OrderState[] = [];
  for (let index = 0; index < orderCount && reader.ok; index++) {
    orders.push(readOrderState(reader, sequence, timeMs));
  }
  const tradeCount = reader.bounded(reader.remaining);
  const trades: TradeState[] = [];
  const groupNumber = tradeCount > 0 ? reader.varint() : 0;
  for (let place = 0; place < tradeCount && reader.ok; place++) {
    const maker = reader.varint();
    const taker = reader.varint();
    if (maker >= orders.length || taker >= orders.length) reader.fail();
    const price = reader.varint();
    const quantity = reader.varint();
    const tradeId = formatId(makeTradeId(timeMs, groupNumber, sequence, place, id));
    trades.push({ tradeId, maker, taker, price, quantity });
  }
  return { commandId, kind: kind as CommandKind, sequence, timeMs, code, orders, trades, symbolChange };
}

function readSymbolChange(reader: ByteReader): SymbolChange {
  const symbol = reader.varint();
  const status = reader.uint8();
  if (status > SymbolStatus.Delisted) reader.fail();
  return { symbol, status: status as SymbolStatus };
}
