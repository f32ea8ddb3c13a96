import { Code, codeName } from "../../engine/core/codes.ts";
import type { OrderRequest } from "../../engine/core/command.ts";
import { averagePrice, formatTickLots, formatUnits } from "../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import { formatId } from "../../engine/ids.ts";
import type { OrderState, Outcome } from "../../engine/outcome.ts";
import {
  orderStatusName,
  orderTypeName,
  selfTradePreventionName,
  sideName,
  timeInForceName,
} from "../schemas/names.ts";
import type { FillBody, OrderBody } from "../schemas/order.ts";
import { timeOfId } from "./ids.ts";

/** An order's state as the API tells it. */
export function orderBody(state: OrderState, spec: SymbolSpec): OrderBody {
  const { priceStep, quantityStep } = spec;
  const remaining = state.quantity - state.filledQuantity - state.preventedQuantity;
  const createdAtMs = timeOfId(state.orderId);
  return {
    orderId: state.orderId,
    clientOrderId: textOrNull(state.clientOrderId),
    listId: textOrNull(state.listId),
    userId: state.userId,
    symbol: spec.name,
    side: sideName(state.side),
    type: orderTypeName(state.type),
    timeInForce: timeInForceName(state.timeInForce),
    status: orderStatusName(state.status),
    selfTradePrevention: selfTradePreventionName(state.selfTradePrevention),
    postOnly: state.postOnly,
    price: unitsOrNull(state.price, priceStep),
    stopPrice: unitsOrNull(state.stopPrice, priceStep),
    trailingDelta: state.trailingDelta === 0 ? null : state.trailingDelta,
    trailingAmount: unitsOrNull(state.trailingAmount, priceStep),
    activationPrice: unitsOrNull(state.activationPrice, priceStep),
    quantity: unitsOrNull(state.quantity, quantityStep),
    quoteQuantity:
      state.quoteQuantity === 0n ? null : formatTickLots(state.quoteQuantity, priceStep, quantityStep),
    displayQuantity: unitsOrNull(state.displayQuantity, quantityStep),
    filledQuantity: formatUnits(state.filledQuantity, quantityStep),
    filledQuote: formatTickLots(state.filledQuote, priceStep, quantityStep),
    preventedQuantity: formatUnits(state.preventedQuantity, quantityStep),
    remainingQuantity: state.quantity === 0 ? null : formatUnits(Math.max(0, remaining), quantityStep),
    averagePrice: averagePrice(state.filledQuote, state.filledQuantity, priceStep),
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(state.updatedAtMs === 0 ? createdAtMs : state.updatedAtMs),
    triggeredAt: timeOrNull(state.triggeredAtMs),
    expireAt: timeOrNull(state.expireAtMs),
    sequence: state.sequence === 0 ? null : state.sequence,
    reason: state.code === Code.NONE ? null : codeName(state.code),
  };
}

/** The fills that one order got in one outcome, in the order they happened. */
export function fillsOf(outcome: Outcome, orderId: string, spec: SymbolSpec): FillBody[] {
  const position = outcome.orders.findIndex((order) => order.orderId === orderId);
  return outcome.trades
    .filter((trade) => trade.maker === position || trade.taker === position)
    .map((trade) => ({
      tradeId: trade.tradeId,
      price: formatUnits(trade.price, spec.priceStep),
      quantity: formatUnits(trade.quantity, spec.quantityStep),
      liquidity: trade.maker === position ? "MAKER" : "TAKER",
      executedAt: isoTime(outcome.timeMs),
    }));
}

/** What is known of an order that is on its way: what was asked for, and nothing done. */
export function pendingState(order: OrderRequest, symbol: number, userId: string): OrderState {
  return {
    orderId: formatId(order.id),
    clientOrderId: order.clientOrderId,
    listId: "",
    userId,
    symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    selfTradePrevention: order.selfTradePrevention,
    postOnly: order.postOnly,
    status: OrderStatus.Pending,
    code: Code.NONE,
    price: order.price,
    stopPrice: order.stopPrice,
    trailingDelta: order.trailingDelta,
    trailingAmount: order.trailingAmount,
    activationPrice: order.activationPrice,
    quantity: order.quantity,
    displayQuantity: order.displayQuantity,
    filledQuantity: 0,
    preventedQuantity: 0,
    quoteQuantity: order.quoteQuantity,
    filledQuote: 0n,
    expireAtMs: order.expireAtMs,
    triggeredAtMs: 0,
    updatedAtMs: 0,
    sequence: 0,
  };
}

/** ISO 8601, UTC, milliseconds. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function textOrNull(text: string): string | null {
  return text === "" ? null : text;
}

function unitsOrNull(units: number, step: string): string | null {
  return units === 0 ? null : formatUnits(units, step);
}

function timeOrNull(timeMs: number): string | null {
  return timeMs === 0 ? null : isoTime(timeMs);
}
