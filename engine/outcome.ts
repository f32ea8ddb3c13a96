import type {
  CommandKind,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "./core/terms.ts";

/**
 * The public result of one sequenced command, self-contained: what replies carry, what the journal
 * keeps beside the command, what a repeated delivery is answered with, and what events are made of.
 * `engine/wire/` encodes and decodes it. Integers as in the core: ticks, lots, tick-lots.
 */
export interface Outcome {
  /** Lower-case UUIDs. */
  readonly commandId: string;
  readonly kind: CommandKind;
  readonly sequence: number;
  readonly timeMs: number;
  /** `Code.NONE`, or why the command (or the order that it placed) was refused. */
  readonly code: number;
  /** State after the command of every order that it touched; the order it was about comes first. */
  readonly orders: readonly OrderState[];
  /** In the order they happened. */
  readonly trades: readonly TradeState[];
  /** Orders ended by a CancelAll or KillSwitch, and the like. */
  readonly symbolChange: SymbolChange | null;
}

export interface OrderState {
  readonly orderId: string;
  /** "" when none. */
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
  readonly status: OrderStatus;
  /** Why it was refused or ended; 0 while it lives and when it is FILLED. */
  readonly code: number;
  /** Ticks, 0 = none. */
  readonly price: number;
  readonly stopPrice: number;
  readonly trailingDelta: number;
  readonly trailingAmount: number;
  readonly activationPrice: number;
  /** Lots, 0 = none. */
  readonly quantity: number;
  readonly displayQuantity: number;
  readonly filledQuantity: number;
  readonly preventedQuantity: number;
  /** Tick-lots. */
  readonly quoteQuantity: bigint;
  readonly filledQuote: bigint;
  /** Milliseconds, 0 = none. */
  readonly expireAtMs: number;
  readonly triggeredAtMs: number;
  /** Sequence and time of the command that made this state. */
  readonly updatedAtMs: number;
  readonly sequence: number;
}

export interface TradeState {
  /** UUIDv7 of command time, group, sequence and place: the same in every replay. */
  readonly tradeId: string;
  /** Positions in `Outcome.orders`. */
  readonly maker: number;
  readonly taker: number;
  /** Ticks, lots. */
  readonly price: number;
  readonly quantity: number;
}

export interface SymbolChange {
  readonly symbol: number;
  readonly status: SymbolStatus;
}
