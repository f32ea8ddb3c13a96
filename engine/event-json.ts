import { codeName } from "./core/codes.ts";
import { averagePrice, formatTickLots, formatUnits } from "./core/decimal.ts";
import type { SymbolSpec } from "./core/symbol-spec.ts";
import {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "./core/terms.ts";
import type { OrderState, Outcome, TradeState } from "./outcome.ts";

/**
 * The JSON of what events carry, written straight into text: an engine makes several of these for each
 * order, and `JSON.stringify` on objects costs three times as much. Amounts are exact decimal strings.
 */

const SIDES = namesOf(Side);
const TYPES = namesOf(OrderType);
const TIMES_IN_FORCE = namesOf(TimeInForce);
const PREVENTIONS = namesOf(SelfTradePrevention);
export const ORDER_STATUS_NAMES: readonly string[] = namesOf(OrderStatus);
export const SYMBOL_STATUS_NAMES: readonly string[] = namesOf(SymbolStatus);

/** The state of an order. */
export function orderJson(order: OrderState, commandId: string, spec: SymbolSpec): string {
  const quantity = order.quantity === 0 ? "null" : lots(order.quantity, spec);
  const remaining = order.quantity === 0 ? "null" : lots(remainingLots(order), spec);
  const average = averagePrice(order.filledQuote, order.filledQuantity, spec.priceStep);
  return (
    `{"sequence":${order.sequence},"commandId":"${commandId}"` +
    `,"orderId":"${order.orderId}","clientOrderId":${textOrNull(order.clientOrderId)}` +
    `,"listId":${textOrNull(order.listId)},"userId":${JSON.stringify(order.userId)}` +
    `,"symbol":${JSON.stringify(spec.name)},"side":"${SIDES[order.side]}","type":"${TYPES[order.type]}"` +
    `,"timeInForce":"${TIMES_IN_FORCE[order.timeInForce]}"` +
    `,"selfTradePrevention":"${PREVENTIONS[order.selfTradePrevention]}","postOnly":${order.postOnly}` +
    `,"status":"${ORDER_STATUS_NAMES[order.status]}"` +
    `,"reason":${order.code === 0 ? "null" : `"${codeName(order.code)}"`}` +
    `,"price":${ticks(order.price, spec)},"stopPrice":${ticks(order.stopPrice, spec)}` +
    `,"trailingDelta":${order.trailingDelta || "null"}` +
    `,"trailingAmount":${ticks(order.trailingAmount, spec)}` +
    `,"activationPrice":${ticks(order.activationPrice, spec)},"quantity":${quantity}` +
    `,"quoteQuantity":${order.quoteQuantity === 0n ? "null" : quote(order.quoteQuantity, spec)}` +
    `,"displayQuantity":${order.displayQuantity === 0 ? "null" : lots(order.displayQuantity, spec)}` +
    `,"filledQuantity":${lots(order.filledQuantity, spec)},"filledQuote":${quote(order.filledQuote, spec)}` +
    `,"preventedQuantity":${lots(order.preventedQuantity, spec)},"remainingQuantity":${remaining}` +
    `,"averagePrice":${average === null ? "null" : `"${average}"`}` +
    `,"expireAt":${timeOrNull(order.expireAtMs)},"triggeredAt":${timeOrNull(order.triggeredAtMs)}` +
    `,"updatedAt":${timeOrNull(order.updatedAtMs)}}`
  );
}

/** One trade, with both its sides. */
export function tradeJson(outcome: Outcome, trade: TradeState, spec: SymbolSpec): string {
  const [buy, sell, taker] = sidesOf(outcome, trade);
  return (
    `{"sequence":${outcome.sequence},"tradeId":"${trade.tradeId}","symbol":${JSON.stringify(spec.name)}` +
    `,"price":${ticks(trade.price, spec)},"quantity":${lots(trade.quantity, spec)}` +
    `,"takerSide":"${SIDES[taker.side]}","buyOrderId":"${buy.orderId}","sellOrderId":"${sell.orderId}"` +
    `,"buyerUserId":${JSON.stringify(buy.userId)},"sellerUserId":${JSON.stringify(sell.userId)}` +
    `,"executedAt":${timeOrNull(outcome.timeMs)}}`
  );
}

/**
 * What a trade moves: base = lots, quote = price × lots, nothing rounded; and what the buyer's limit had
 * held back for it beyond that.
 */
export function transferJson(outcome: Outcome, trade: TradeState, spec: SymbolSpec): string {
  const [buy, sell] = sidesOf(outcome, trade);
  const amount = BigInt(trade.price) * BigInt(trade.quantity);
  const hasLimit = buy.price !== 0 && buy.quoteQuantity === 0n;
  const saved = hasLimit ? BigInt(buy.price - trade.price) * BigInt(trade.quantity) : 0n;
  return (
    `{"kind":"TRANSFER","sequence":${outcome.sequence},"tradeId":"${trade.tradeId}"` +
    `,"base":${JSON.stringify(spec.base)},"quote":${JSON.stringify(spec.quote)}` +
    `,"buyerUserId":${JSON.stringify(buy.userId)},"sellerUserId":${JSON.stringify(sell.userId)}` +
    `,"buyOrderId":"${buy.orderId}","sellOrderId":"${sell.orderId}"` +
    `,"baseAmount":${lots(trade.quantity, spec)},"quoteAmount":${quote(amount, spec)}` +
    `,"buyerReleasedQuote":${quote(saved, spec)}}`
  );
}

/** What the end of an order releases: all that its terms still held back. */
export function releaseJson(order: OrderState, spec: SymbolSpec): string {
  return `{"kind":"RELEASE",${reservation(order, spec, reservedAmount(order, spec))}`;
}

/** What an order holds back after a command; nothing once it has ended. */
export function reservationJson(order: OrderState, spec: SymbolSpec): string {
  const final = order.status >= OrderStatus.Filled;
  return `{${reservation(order, spec, final ? '"0"' : reservedAmount(order, spec))}`;
}

/** All of an entry but its beginning. */
function reservation(order: OrderState, spec: SymbolSpec, amount: string): string {
  const asset = order.side === Side.Buy ? spec.quote : spec.base;
  return (
    `"sequence":${order.sequence},"orderId":"${order.orderId}","userId":${JSON.stringify(order.userId)}` +
    `,"side":"${SIDES[order.side]}","asset":${JSON.stringify(asset)},"amount":${amount}}`
  );
}

/**
 * Of the asset that the order pays with: what is left of a sell's quantity; what is left × limit, or what
 * is left of the amount to spend, for a buy. Null where its terms name none.
 */
function reservedAmount(order: OrderState, spec: SymbolSpec): string {
  if (order.side === Side.Sell) return order.quantity === 0 ? "null" : lots(remainingLots(order), spec);
  if (order.quoteQuantity !== 0n) return quote(order.quoteQuantity - order.filledQuote, spec);
  if (order.price === 0) return "null";
  return quote(BigInt(order.price) * BigInt(remainingLots(order)), spec);
}

function sidesOf(
  outcome: Outcome,
  trade: TradeState,
): [buy: OrderState, sell: OrderState, taker: OrderState] {
  const maker = outcome.orders[trade.maker] as OrderState;
  const taker = outcome.orders[trade.taker] as OrderState;
  return taker.side === Side.Buy ? [taker, maker, taker] : [maker, taker, taker];
}

function remainingLots(order: OrderState): number {
  return order.quantity - order.filledQuantity - order.preventedQuantity;
}

function ticks(price: number, spec: SymbolSpec): string {
  return price === 0 ? "null" : `"${formatUnits(price, spec.priceStep)}"`;
}

function lots(quantity: number, spec: SymbolSpec): string {
  return `"${formatUnits(quantity, spec.quantityStep)}"`;
}

function quote(tickLots: bigint, spec: SymbolSpec): string {
  return `"${formatTickLots(tickLots, spec.priceStep, spec.quantityStep)}"`;
}

function textOrNull(text: string): string {
  return text === "" ? "null" : JSON.stringify(text);
}

function timeOrNull(ms: number): string {
  return ms === 0 ? "null" : `"${isoTime(ms)}"`;
}

let lastMs = -1;
let lastText = "";

/** ISO 8601 with milliseconds. Most of a row's times are the same one: the last is kept. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/** `PartiallyFilled` → `PARTIALLY_FILLED`, by number. */
function namesOf(terms: Readonly<Record<string, number>>): readonly string[] {
  const names: string[] = [];
  for (const [name, number] of Object.entries(terms)) {
    names[number] = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  }
  return names;
}
