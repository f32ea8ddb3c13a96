import type { SymbolSpec } from "./symbol-spec.ts";
import { CommandKind, OrderType, SelfTradePrevention, Side, SymbolStatus, TimeInForce } from "./terms.ts";

/**
 * A UUID as four unsigned 32-bit big-endian words, the form in which ids are hashed and compared
 * without allocating. The zero id means "none".
 */
export interface IdWords {
  a: number;
  b: number;
  c: number;
  d: number;
}

/**
 * What an order asks for: one mutable, reusable record (of one shape, so that the engine stays
 * monomorphic). Zero, "" and 0n mean "not given".
 */
export class OrderRequest {
  /** The order's id (UUIDv7). */
  readonly id: IdWords = { a: 0, b: 0, c: 0, d: 0 };
  clientOrderId = "";
  side: Side = Side.Buy;
  type: OrderType = OrderType.Limit;
  timeInForce: TimeInForce = TimeInForce.Gtc;
  selfTradePrevention: SelfTradePrevention = SelfTradePrevention.ExpireTaker;
  postOnly = false;
  /** Ticks. */
  price = 0;
  /** Lots. */
  quantity = 0;
  /** Tick-lots: MARKET by quote amount. */
  quoteQuantity = 0n;
  /** Lots shown of an iceberg. */
  displayQuantity = 0;
  /** Ticks. */
  stopPrice = 0;
  /** Basis points, 1…9,999. */
  trailingDelta = 0;
  /** Ticks. */
  trailingAmount = 0;
  /** Ticks. */
  activationPrice = 0;
  /** Milliseconds since the epoch: GTD, and a waiting STOP or TRAILING_STOP. */
  expireAtMs = 0;
}

/** Bits of `Command.amendMask`: which fields an amend gives. */
export const AmendField = {
  Price: 1,
  Quantity: 2,
  StopPrice: 4,
  TrailingDelta: 8,
  TrailingAmount: 16,
  ActivationPrice: 32,
  DisplayQuantity: 64,
  /** Quantity is an amount to take away rather than the new total (venues' "reduce"). */
  QuantityIsReduction: 128,
} as const;

/**
 * One command to the core: one mutable, reusable record. Who decodes it fills what its kind reads;
 * the sequencer stamps `sequence` and `timeMs`. The core keeps no reference to it.
 *
 * | kind | reads |
 * |---|---|
 * | Place | symbol, userId, order |
 * | Cancel | symbol, userId, target or targetClientOrderId, byAdmin, cancelReason |
 * | CancelAll | userId, symbol (0: every symbol of the group), cancelReason |
 * | Amend | symbol, userId, target or targetClientOrderId, amendMask, order.{price, quantity, stopPrice, trailing…, displayQuantity} |
 * | Replace | symbol, userId, target or targetClientOrderId, stopOnFailure, order |
 * | PlaceList | symbol, userId, id (the list's), order (limit leg), stopLeg |
 * | CancelList | symbol, userId, target (the list's id) |
 * | DefineSymbol | spec |
 * | SetSymbolStatus | symbol, status |
 * | KillSwitch | userId, enabled |
 * | ExpireDue | nothing: its time says what is due |
 * | Refusal | code, poison's bytes stay in the journal |
 */
export class Command {
  kind: CommandKind = CommandKind.Place;
  /** Id of the command, for dedupe; a Place's is its order's, a PlaceList's its list's. */
  readonly id: IdWords = { a: 0, b: 0, c: 0, d: 0 };
  /** Position in the group's history, from 1, without gaps. */
  sequence = 0;
  /** The sequencer's time, milliseconds since the epoch; never goes back. */
  timeMs = 0;
  symbol = 0;
  userId = "";
  readonly order: OrderRequest = new OrderRequest();
  /** The OCO's stop leg. */
  readonly stopLeg: OrderRequest = new OrderRequest();
  readonly target: IdWords = { a: 0, b: 0, c: 0, d: 0 };
  targetClientOrderId = "";
  amendMask = 0;
  /** Replace: STOP_ON_FAILURE (true) or ALLOW_FAILURE. */
  stopOnFailure = true;
  /** Cancel by an operator: the owner is not compared. */
  byAdmin = false;
  /** 0 = by the user; else one of the CANCELLED_… codes. */
  cancelReason = 0;
  enabled = false;
  status: SymbolStatus = SymbolStatus.Active;
  spec: SymbolSpec | null = null;
  /** Refusal: why. */
  code = 0;
}
