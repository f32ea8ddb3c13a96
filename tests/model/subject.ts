import type { Command } from "../../engine/core/command.ts";
import type { Side } from "../../engine/core/terms.ts";
import { type NaiveEvent, type NaiveOrder, remainingOf } from "./naive-order.ts";
import { makersFor } from "./naive-sweep.ts";
import { NaiveTwin } from "./naive-twin.ts";

/** An order as both implementations can show it. */
export interface OrderView {
  readonly id: string;
  readonly clientOrderId: string;
  readonly listId: string;
  readonly userId: string;
  readonly symbol: number;
  readonly side: number;
  readonly type: number;
  readonly timeInForce: number;
  readonly selfTradePrevention: number;
  readonly postOnly: boolean;
  readonly status: number;
  readonly code: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly quoteQuantity: bigint;
  readonly displayQuantity: bigint;
  readonly stopPrice: bigint;
  readonly trailingDelta: bigint;
  readonly trailingAmount: bigint;
  readonly activationPrice: bigint;
  /** When it ends by itself, 0: never. */
  readonly expireAtMs: number;
  readonly triggeredAtMs: number;
  readonly updatedSequence: number;
  readonly updatedAtMs: number;
  readonly filledQuantity: bigint;
  readonly preventedQuantity: bigint;
  readonly filledQuote: bigint;
  readonly remaining: bigint;
  /** Lots that show, 0n unless it rests. */
  readonly visible: bigint;
}

export interface LevelView {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly orders: number;
}

/** What takes commands and can be asked about: the core, or the twin. */
export interface Subject {
  /** Applies one command and tells its events, in order. */
  apply(command: Command): readonly NaiveEvent[];
  /** Final or live, an order that the last command's events name; else a live one. */
  view(id: string): OrderView | undefined;
  /** Every live order, by id. */
  live(): OrderView[];
  /** Best resting price, 0n: none. */
  best(symbol: number, side: Side): bigint;
  /** Best first, visible lots. */
  depth(symbol: number, side: Side): LevelView[];
  /** Ids of the orders at one price, first to be filled first. */
  queue(symbol: number, side: Side, price: bigint): string[];
}

export class TwinSubject implements Subject {
  readonly twin = new NaiveTwin();

  /** Numbers of the symbols that are defined. */
  symbols(): number[] {
    return [...this.twin.matching.symbols.keys()];
  }

  apply(command: Command): readonly NaiveEvent[] {
    return this.twin.apply(command);
  }

  view(id: string): OrderView | undefined {
    const { matching } = this.twin;
    const order = matching.named.get(id) ?? matching.live.find((one) => one.id === id);
    return order === undefined ? undefined : viewOf(order);
  }

  live(): OrderView[] {
    return byId(this.twin.matching.live.map(viewOf));
  }

  best(symbol: number, side: Side): bigint {
    return this.twin.best(symbol, side);
  }

  depth(symbol: number, side: Side): LevelView[] {
    return this.twin.depth(symbol, side);
  }

  queue(symbol: number, side: Side, price: bigint): string[] {
    return makersFor(this.twin.matching.live, symbol, side === 0 ? 1 : 0)
      .filter((order) => order.price === price)
      .map((order) => order.id);
  }
}

export function byId(views: OrderView[]): OrderView[] {
  return views.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function viewOf(order: NaiveOrder): OrderView {
  return {
    id: order.id,
    clientOrderId: order.clientOrderId,
    listId: order.listId,
    userId: order.userId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    selfTradePrevention: order.selfTradePrevention,
    postOnly: order.postOnly,
    status: order.status,
    code: order.code,
    price: order.price,
    quantity: order.quantity,
    quoteQuantity: order.quoteQuantity,
    displayQuantity: order.displayQuantity,
    stopPrice: order.stopPrice,
    trailingDelta: order.trailingDelta,
    trailingAmount: order.trailingAmount,
    activationPrice: order.activationPrice,
    expireAtMs: order.dueAtMs,
    triggeredAtMs: order.triggeredAtMs,
    updatedSequence: order.updatedSequence,
    updatedAtMs: order.updatedAtMs,
    filledQuantity: order.filledQuantity,
    preventedQuantity: order.preventedQuantity,
    filledQuote: order.filledQuote,
    remaining: remainingOf(order),
    visible: order.resting ? order.visible : 0n,
  };
}
