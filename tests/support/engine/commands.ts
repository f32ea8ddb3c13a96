import { Command, type IdWords } from "../../../engine/core/command.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import {
  CommandKind,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../../engine/core/terms.ts";
import { formatId, makeId, parseId } from "../../../engine/ids.ts";
import { encodeCommand } from "../../../engine/wire/command-codec.ts";
import { encodeCommandMessage } from "../../../engine/wire/message.ts";

/** Steps of 0.01 and 0.001, no limits to speak of. */
export function symbolSpec(symbol: number, name: string, changes: Partial<SymbolSpec> = {}): SymbolSpec {
  const [base = "", quote = ""] = name.split("/");
  return {
    symbol,
    name,
    base,
    quote,
    priceStep: "0.01",
    quantityStep: "0.001",
    minPrice: 1,
    maxPrice: 1_000_000_000,
    minQuantity: 1,
    maxQuantity: 1_000_000_000,
    minNotional: 0n,
    priceBandBps: 0,
    referencePrice: 0,
    sessionEndMinute: 0,
    maxOpenOrders: 0,
    status: 0,
    ...changes,
  };
}

/** An encoded command and its id. */
export interface Sent {
  readonly id: string;
  readonly bytes: Uint8Array;
}

interface PlaceFields {
  readonly side?: Side;
  readonly price?: number;
  readonly quantity?: number;
  readonly userId?: string;
  readonly symbol?: number;
  readonly timeInForce?: TimeInForce;
  readonly expireAtMs?: number;
  readonly type?: OrderType;
}

/** Makes commands with ids of a clock, numbered so that every run makes the same. */
export class CommandMaker {
  readonly #nowMs: () => number;
  #count = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  id(timeMs: number = this.#nowMs()): { a: number; b: number; c: number; d: number } {
    this.#count += 1;
    const random = new Uint8Array(8);
    new DataView(random.buffer).setUint32(4, this.#count);
    return makeId(timeMs, 1, random, { a: 0, b: 0, c: 0, d: 0 });
  }

  place(fields: PlaceFields = {}, id = this.id()): Sent {
    const command = new Command();
    command.kind = CommandKind.Place;
    Object.assign(command.id, id);
    Object.assign(command.order.id, id);
    command.symbol = fields.symbol ?? 1;
    command.userId = fields.userId ?? "alice";
    command.order.side = fields.side ?? Side.Buy;
    command.order.type = fields.type ?? OrderType.Limit;
    command.order.timeInForce = fields.timeInForce ?? TimeInForce.Gtc;
    command.order.selfTradePrevention = SelfTradePrevention.None;
    command.order.price = fields.price ?? 10_000;
    command.order.quantity = fields.quantity ?? 1_000;
    command.order.expireAtMs = fields.expireAtMs ?? 0;
    return { id: formatId(id), bytes: encodeCommand(command) };
  }

  cancel(orderId: string, userId = "alice"): Sent {
    const id = this.id();
    const command = new Command();
    command.kind = CommandKind.Cancel;
    Object.assign(command.id, id);
    parseId(orderId, command.target);
    command.symbol = 1;
    command.userId = userId;
    return { id: formatId(id), bytes: encodeCommand(command) };
  }
}

/** A cancel-replace of an order by a new one, whose id may be any. */
export function replaceBytes(id: IdWords, orderId: string, newOrderId: string): Sent {
  const command = new Command();
  command.kind = CommandKind.Replace;
  Object.assign(command.id, id);
  parseId(orderId, command.target);
  parseId(newOrderId, command.order.id);
  command.symbol = 1;
  command.userId = "alice";
  command.order.price = 9_000;
  command.order.quantity = 500;
  return { id: formatId(id), bytes: encodeCommand(command) };
}

/** One message with these commands. */
export function message(
  commands: readonly Sent[],
  options: { resent?: boolean; replyAddress?: string } = {},
): Uint8Array {
  return encodeCommandMessage({
    replyAddress: options.replyAddress ?? "pod-1",
    resent: options.resent ?? false,
    commands: commands.map(({ bytes }) => bytes),
  });
}
