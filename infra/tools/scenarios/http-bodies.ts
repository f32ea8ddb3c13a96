import { randomUUID } from "node:crypto";
import { type ApiAnswer, ApiRefusedError, problemCode } from "../api-client/client.ts";
import type { LevelBody, OrderBody } from "../api-client/endpoints.ts";
import type { EngineOrder, EngineQueued, LevelView, NewOrder, OrderState, Placed } from "./engine.ts";

/**
 * Between the API's bodies and a scenario's whole numbers: the symbols of scenarios have steps of 1, so
 * every amount is a whole number.
 */

export function orderTerms(order: NewOrder): Readonly<Record<string, unknown>> {
  return {
    side: order.side === "buy" ? "BUY" : "SELL",
    type: order.type === "limit" ? "LIMIT" : "MARKET",
    timeInForce: order.tif,
    quantity: decimal(order.qty),
    ...(order.price === null ? {} : { price: decimal(order.price) }),
    ...(order.displayQty === null ? {} : { displayQuantity: decimal(order.displayQty) }),
    ...(order.postOnly ? { postOnly: true } : {}),
    selfTradePrevention: order.stp,
    clientOrderId: order.clientOrderId,
  };
}

/** All digits of a whole number of any size: JavaScript's own text of 1e21 has an exponent. */
export function decimal(value: number): string {
  return BigInt(value).toString();
}

/** A rejected order has an id: it is in the records, as REJECTED. */
export function refusedPlacement(answer: ApiAnswer): Placed {
  return { orderId: randomUUID(), refusal: refusalOf(answer), killed: false, trades: [] };
}

export function refusalOf(answer: ApiAnswer): string {
  const code = problemCode(answer.body);
  if (code === null || answer.status < 400)
    throw new ApiRefusedError("an answer that makes no sense", answer);
  return code;
}

export function isLive(body: OrderBody): boolean {
  return body.status === "OPEN" || body.status === "PARTIALLY_FILLED" || body.status === "PENDING";
}

export function engineOrder(body: OrderBody): EngineOrder {
  return {
    price: body.price === null ? null : Number(body.price),
    qty: Number(body.quantity),
    filled: Number(body.filledQuantity),
    remaining: Number(body.remainingQuantity),
    cost: BigInt(body.filledQuote),
    status: orderState(body.status),
  };
}

function orderState(status: OrderBody["status"]): OrderState {
  switch (status) {
    case "PENDING":
    case "OPEN":
    case "PARTIALLY_FILLED":
      return "open";
    case "FILLED":
      return "filled";
    case "CANCELLED":
    case "EXPIRED":
      return "cancelled";
    case "REJECTED":
      return "rejected";
  }
}

export function levelView(level: LevelBody): LevelView {
  return { price: Number(level.price), qty: Number(level.quantity), orders: level.orders };
}

export function levelsOf(queue: readonly EngineQueued[]): LevelView[] {
  const levels = new Map<number, LevelView>();
  for (const { price, visible } of queue) {
    const level = levels.get(price) ?? { price, qty: 0, orders: 0 };
    levels.set(price, { price, qty: level.qty + visible, orders: level.orders + 1 });
  }
  return [...levels.values()];
}
