import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import type { OrderRecord, TradeRecord } from "../engine/ports.ts";

/**
 * Batches as the arguments of `commit_batch()`: arrays of rows in PostgreSQL's text form. Numbers go
 * as they are in the core (codes, ticks, lots, tick-lots, milliseconds); the function makes labels and
 * decimals of them. One array of rows costs fewer bytes than one array for each column, since what an
 * order does not have takes no more than a comma.
 */

/** Text that needs no quotes, neither in a row nor in an array. */
const PLAIN_TEXT = /^[A-Za-z0-9_.:/@+=|-]+$/;

/** `commit_order[]`, with all that an order has. */
export function enteredOrders(orders: readonly OrderRecord[]): string {
  return rows(orders, ({ state, createdAtMs }) => {
    const { orderId, updatedAtMs, sequence, symbol, userId, clientOrderId, listId, side } = state;
    const { timeInForce, selfTradePrevention, postOnly } = state;
    return (
      `${orderId},${createdAtMs},${updatedAtMs},${sequence},${symbol},${text(userId)},${text(clientOrderId)},` +
      `${listId},${side},${timeInForce},${selfTradePrevention},${postOnly ? "t" : "f"},${liveFields({ state, createdAtMs })}`
    );
  });
}

/** `commit_order[]`, without what never changes. */
export function changedOrders(orders: readonly OrderRecord[]): string {
  return rows(orders, (order) => {
    const { orderId, updatedAtMs, sequence, symbol } = order.state;
    return `${orderId},${order.createdAtMs},${updatedAtMs},${sequence},${symbol},,,,,,,,${liveFields(order)}`;
  });
}

/** `commit_trade[]` */
export function trades(all: readonly TradeRecord[]): string {
  return rows(all, (trade) => {
    const { tradeId, executedAtMs, sequence, symbol, buyOrderId, sellOrderId } = trade;
    const { buyerUserId, sellerUserId, takerSide, price, quantity } = trade;
    return (
      `${tradeId},${executedAtMs},${sequence},${symbol},${buyOrderId},${sellOrderId},` +
      `${text(buyerUserId)},${text(sellerUserId)},${takerSide},${price},${quantity}`
    );
  });
}

/** `commit_symbol[]` */
export function symbols(specs: readonly SymbolSpec[]): string {
  return rows(specs, (spec) => {
    const { symbol, name, base, quote, priceStep, quantityStep, minPrice, maxPrice } = spec;
    const { minQuantity, maxQuantity, minNotional, priceBandBps, referencePrice } = spec;
    return (
      `${symbol},${text(name)},${text(base)},${text(quote)},${priceStep},${quantityStep},${minPrice},${maxPrice},` +
      `${minQuantity},${maxQuantity},${minNotional},${priceBandBps},${orNull(referencePrice)},` +
      `${spec.sessionEndMinute},${spec.maxOpenOrders},${spec.status}`
    );
  });
}

function liveFields({ state }: OrderRecord): string {
  const { type, status, code, price, quantity, filledQuantity, filledQuote, preventedQuantity } = state;
  const { quoteQuantity, displayQuantity, stopPrice, trailingDelta, trailingAmount, activationPrice } = state;
  return (
    `${type},${status},${orNull(code)},${orNull(price)},${orNull(quantity)},${filledQuantity},${filledQuote},` +
    `${preventedQuantity},${quoteQuantity === 0n ? "" : quoteQuantity},${orNull(displayQuantity)},` +
    `${orNull(stopPrice)},${orNull(trailingDelta)},${orNull(trailingAmount)},${orNull(activationPrice)},` +
    `${orNull(state.triggeredAtMs)},${orNull(state.expireAtMs)}`
  );
}

/** An array of rows: each row is quoted, what is quoted inside a row is escaped once more. */
function rows<T>(all: readonly T[], fields: (each: T) => string): string {
  let array = "{";
  for (const [place, each] of all.entries()) array += `${place === 0 ? "" : ","}"(${fields(each)})"`;
  return `${array}}`;
}

/** Zero means "none" to the core, NULL to the database: a field left empty. */
function orNull(value: number): string {
  return value === 0 ? "" : String(value);
}

function text(value: string): string {
  if (value === "" || PLAIN_TEXT.test(value)) return value;
  // PostgreSQL's text holds every character but U+0000.
  const inRow = value.replaceAll("\0", "\uFFFD").replace(/["\\]/g, "\\$&");
  return `"${inRow}"`.replace(/["\\]/g, "\\$&");
}
