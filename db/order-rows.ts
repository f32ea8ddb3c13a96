import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import type { OrderRecord, TradeRecord } from "../engine/ports.ts";
import { orderStatusOf, orderTypeOf, selfTradePreventionOf, sideOf, timeInForceOf } from "./labels.ts";
import type { OrderRow } from "./queries/orders.ts";
import type { TradeRow } from "./queries/trades.ts";
import { exactTickLots, exactUnits } from "./symbol-rows.ts";

/** A row of `orders` or `open_orders` as the engine knows it: ticks, lots, tick-lots. */
export function toOrderRecord(row: OrderRow, spec: SymbolSpec): OrderRecord {
  const { priceStep, quantityStep } = spec;
  const ticks = (amount: string | null): number => (amount === null ? 0 : exactUnits(amount, priceStep));
  const lots = (amount: string | null): number => (amount === null ? 0 : exactUnits(amount, quantityStep));
  const tickLots = (amount: string | null): bigint =>
    amount === null ? 0n : exactTickLots(amount, priceStep, quantityStep);
  return {
    createdAtMs: row.created_at.getTime(),
    state: {
      orderId: row.order_id,
      clientOrderId: row.client_order_id ?? "",
      listId: row.list_id ?? "",
      userId: row.user_id,
      symbol: spec.symbol,
      side: sideOf(row.side),
      type: orderTypeOf(row.type),
      timeInForce: timeInForceOf(row.time_in_force),
      selfTradePrevention: selfTradePreventionOf(row.self_trade_prevention),
      postOnly: row.post_only,
      status: orderStatusOf(row.status),
      code: row.reason_code ?? 0,
      price: ticks(row.price),
      stopPrice: ticks(row.stop_price),
      trailingDelta: row.trailing_delta ?? 0,
      trailingAmount: ticks(row.trailing_amount),
      activationPrice: ticks(row.activation_price),
      quantity: lots(row.quantity),
      displayQuantity: lots(row.display_quantity),
      filledQuantity: lots(row.filled_quantity),
      preventedQuantity: lots(row.prevented_quantity),
      quoteQuantity: tickLots(row.quote_quantity),
      filledQuote: tickLots(row.filled_quote),
      expireAtMs: row.expire_at?.getTime() ?? 0,
      triggeredAtMs: row.triggered_at?.getTime() ?? 0,
      updatedAtMs: row.updated_at.getTime(),
      sequence: Number(row.sequence),
    },
  };
}

/** A row of `trades` as the engine knows it. */
export function toTradeRecord(row: TradeRow, spec: SymbolSpec): TradeRecord {
  return {
    tradeId: row.trade_id,
    symbol: spec.symbol,
    buyOrderId: row.buy_order_id,
    sellOrderId: row.sell_order_id,
    buyerUserId: row.buyer_user_id,
    sellerUserId: row.seller_user_id,
    takerSide: sideOf(row.taker_side),
    price: exactUnits(row.price, spec.priceStep),
    quantity: exactUnits(row.quantity, spec.quantityStep),
    executedAtMs: row.executed_at.getTime(),
    sequence: Number(row.sequence),
  };
}
