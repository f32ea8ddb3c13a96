import { formatTickLots, formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import { isoTime, orderBody } from "../../convert/order-body.ts";
import type { OwnTradeBody } from "../../schemas/market.ts";
import { sideName } from "../../schemas/names.ts";
import type { OrderBody } from "../../schemas/order.ts";

export interface OwnOutcome {
  readonly orders: readonly OrderBody[];
  readonly fills: readonly OwnTradeBody[];
}

/** What one command did to one user's orders; nothing of anybody else's. */
export function ownOutcome(
  outcome: Outcome,
  userId: string,
  specOf: (symbol: number) => SymbolSpec | undefined,
): OwnOutcome {
  const orders: OrderBody[] = [];
  for (const state of outcome.orders) {
    const spec = specOf(state.symbol);
    if (state.userId === userId && spec !== undefined) orders.push(orderBody(state, spec));
  }
  const fills: OwnTradeBody[] = [];
  for (const trade of outcome.trades) {
    for (const position of [trade.maker, trade.taker]) {
      const order = outcome.orders[position];
      const spec = order === undefined ? undefined : specOf(order.symbol);
      if (order === undefined || spec === undefined || order.userId !== userId) continue;
      const { priceStep, quantityStep } = spec;
      fills.push({
        tradeId: trade.tradeId,
        orderId: order.orderId,
        symbol: spec.name,
        side: sideName(order.side),
        liquidity: position === trade.maker ? "MAKER" : "TAKER",
        price: formatUnits(trade.price, priceStep),
        quantity: formatUnits(trade.quantity, quantityStep),
        quoteQuantity: formatTickLots(BigInt(trade.price) * BigInt(trade.quantity), priceStep, quantityStep),
        executedAt: isoTime(outcome.timeMs),
        sequence: outcome.sequence,
      });
    }
  }
  return { orders, fills };
}
