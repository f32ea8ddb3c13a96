import type { OwnTradeBody } from "../api-client/endpoints.ts";
import type { EngineQueued } from "./engine.ts";

/**
 * The queue of a side, worked out from what owners are told of their orders. It follows exactly from the
 * priority rule: price, then arrival, which is the sequence of the command that placed the order; what
 * reduces an order does not move it. An iceberg goes to the back with each new part that shows, at the
 * trade that used the one before up.
 */
export interface QueuedInput {
  readonly orderId: string;
  readonly price: number;
  readonly quantity: number;
  readonly remaining: number;
  /** Lots that an iceberg shows at most; null: all of it shows. */
  readonly display: number | null;
  readonly arrival: Arrival;
  /** An iceberg's own, newest first. */
  readonly trades: readonly OwnTradeBody[];
}

/** A place in the history: a command, and for a part of an iceberg the trade in it. */
export interface Arrival {
  readonly sequence: number;
  /** "" for the command itself. Ids of trades sort as they happened. */
  readonly tradeId: string;
}

export function queueOf(side: "BUY" | "SELL", inputs: readonly QueuedInput[]): EngineQueued[] {
  return inputs
    .map((input) => ({ input, ...partOf(input) }))
    .sort((one, other) => {
      const better = one.input.price - other.input.price;
      if (better !== 0) return side === "SELL" ? better : -better;
      return compareArrivals(one.arrival, other.arrival);
    })
    .map(({ input, visible }) => ({ orderId: input.orderId, price: input.price, visible }));
}

function compareArrivals(one: Arrival, other: Arrival): number {
  if (one.sequence !== other.sequence) return one.sequence - other.sequence;
  if (one.tradeId === other.tradeId) return 0;
  return one.tradeId < other.tradeId ? -1 : 1;
}

function partOf(input: QueuedInput): { readonly visible: number; readonly arrival: Arrival } {
  const { display, remaining, trades } = input;
  if (display === null) return { visible: remaining, arrival: input.arrival };
  const made = trades.filter(({ liquidity }) => liquidity === "MAKER").reverse();
  let left = remaining + made.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  let visible = Math.min(display, left);
  let { arrival } = input;
  for (const { tradeId, quantity, sequence } of made) {
    left -= Number(quantity);
    visible -= Number(quantity);
    if (visible > 0) continue;
    visible = Math.min(display, left);
    arrival = { sequence, tradeId };
  }
  return { visible: Math.min(visible, remaining), arrival };
}
