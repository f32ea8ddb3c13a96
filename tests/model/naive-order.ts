import type { Code } from "../../engine/core/codes.ts";
import type { IdWords, OrderRequest } from "../../engine/core/command.ts";
import type { EventType } from "../../engine/core/event.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import {
  OrderStatus,
  OrderType,
  type SelfTradePrevention,
  Side,
  type SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";

/** An order as the twin keeps it: every amount a `bigint`, in ticks, lots and tick-lots. */
export interface NaiveOrder {
  readonly id: string;
  readonly clientOrderId: string;
  /** "" when it is in no list. */
  readonly listId: string;
  readonly userId: string;
  readonly symbol: number;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly: boolean;
  readonly quoteQuantity: bigint;
  readonly expireAtMs: number;
  /** When it ends by itself (DAY, GTD, a wait that is limited); 0: never. */
  readonly dueAtMs: number;
  /** Rises with each order placed; an amend keeps it. */
  readonly place: number;

  status: OrderStatus;
  code: Code;
  price: bigint;
  quantity: bigint;
  displayQuantity: bigint;
  stopPrice: bigint;
  trailingDelta: bigint;
  trailingAmount: bigint;
  activationPrice: bigint;
  triggeredAtMs: number;
  /** Of the last command that an event named it in. */
  updatedSequence: number;
  updatedAtMs: number;

  filledQuantity: bigint;
  preventedQuantity: bigint;
  filledQuote: bigint;
  preventedQuote: bigint;

  /** A conditional order that has not triggered. */
  waiting: boolean;
  /** In the book. */
  resting: boolean;
  /** Lots that show, while it rests. */
  visible: bigint;
  /** Priority within its price: rises with each arrival in the book. */
  arrival: number;
  /** Trailing: follows the trades; `extreme` is the best of them. */
  active: boolean;
  extreme: bigint;
}

/** As engine/core/event.ts has them, with ids in place of slots ("" for −1). */
export interface NaiveEvent {
  readonly type: EventType;
  readonly order: string;
  /** The taker's id where the column names an order, else the number in decimal, "" where unused. */
  readonly other: string;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly code: number;
}

export interface NaiveSymbol {
  readonly spec: SymbolSpec;
  status: SymbolStatus;
  /** Price of the last trade, ticks; 0n: none yet. */
  last: bigint;
}

/** The largest integer that the engine's numbers hold exactly. */
export const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

const DAY_MS = 86_400_000;

export function idOf(words: IdWords): string {
  return [words.a, words.b, words.c, words.d].map((word) => word.toString(16).padStart(8, "0")).join("");
}

export const NO_ID = "0".repeat(32);

export function isConditional(type: OrderType): boolean {
  return type === OrderType.Stop || type === OrderType.StopLimit || type === OrderType.TrailingStop;
}

/** Lots that are neither filled nor prevented; never below zero (a MARKET by quote has no quantity). */
export function remainingOf(order: NaiveOrder): bigint {
  const left = order.quantity - order.filledQuantity - order.preventedQuantity;
  return left > 0n ? left : 0n;
}

/** True if a limit at `price` on `side` takes from a maker at `makerPrice`. */
export function reaches(side: Side, price: bigint, makerPrice: bigint): boolean {
  return side === Side.Buy ? makerPrice <= price : makerPrice >= price;
}

/** First session end strictly after `timeMs`. */
function nextSessionEndMs(timeMs: number, sessionEndMinute: number): number {
  const today = Math.floor(timeMs / DAY_MS) * DAY_MS + sessionEndMinute * 60_000;
  return today > timeMs ? today : today + DAY_MS;
}

/** A new order out of what was asked for, not yet in any book. */
export function orderFrom(
  request: OrderRequest,
  owner: { readonly userId: string; readonly symbol: number; readonly listId: string },
  entry: { readonly timeMs: number; readonly sessionEndMinute: number | null; readonly place: number },
): NaiveOrder {
  return {
    id: idOf(request.id),
    clientOrderId: request.clientOrderId,
    ...owner,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce,
    selfTradePrevention: request.selfTradePrevention,
    postOnly: request.postOnly,
    quoteQuantity: request.quoteQuantity,
    expireAtMs: request.expireAtMs,
    dueAtMs:
      request.timeInForce === TimeInForce.Day && entry.sessionEndMinute !== null
        ? nextSessionEndMs(entry.timeMs, entry.sessionEndMinute)
        : request.expireAtMs,
    place: entry.place,
    status: OrderStatus.Pending,
    code: 0,
    price: BigInt(request.price),
    quantity: BigInt(request.quantity),
    displayQuantity: BigInt(request.displayQuantity),
    stopPrice: BigInt(request.stopPrice),
    trailingDelta: BigInt(request.trailingDelta),
    trailingAmount: BigInt(request.trailingAmount),
    activationPrice: BigInt(request.activationPrice),
    triggeredAtMs: 0,
    updatedSequence: 0,
    updatedAtMs: 0,
    filledQuantity: 0n,
    preventedQuantity: 0n,
    filledQuote: 0n,
    preventedQuote: 0n,
    waiting: false,
    resting: false,
    visible: 0n,
    arrival: 0,
    active: false,
    extreme: 0n,
  };
}
