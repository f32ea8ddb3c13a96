import { Code } from "../../engine/core/codes.ts";
import type { OrderRequest } from "../../engine/core/command.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { OrderType, Side, SymbolStatus, TimeInForce } from "../../engine/core/terms.ts";
import { LARGEST, type NaiveOrder, reaches } from "./naive-order.ts";

/**
 * What is asked of an order before it enters, in the order of the semantics' section "Order of checks".
 * Each function returns the first code that fails, or NONE.
 */

/** The band about a reference price: `price` is inside if it is at or between the edges, exactly. */
export function insideBand(price: bigint, reference: bigint, bandBps: number): boolean {
  return !aboveBand(price, reference, bandBps) && !belowBand(price, reference, bandBps);
}

function aboveBand(price: bigint, reference: bigint, bandBps: number): boolean {
  return bandBps > 0 && reference > 0n && price * 10_000n > reference * (10_000n + BigInt(bandBps));
}

function belowBand(price: bigint, reference: bigint, bandBps: number): boolean {
  return bandBps > 0 && reference > 0n && price * 10_000n < reference * (10_000n - BigInt(bandBps));
}

/** True if a taker on `side` must not trade at `price`. */
export function beyondBand(side: Side, price: bigint, reference: bigint, bandBps: number): boolean {
  return side === Side.Buy ? aboveBand(price, reference, bandBps) : belowBand(price, reference, bandBps);
}

export function statusCode(status: SymbolStatus): Code {
  if (status === SymbolStatus.Halted) return Code.SYMBOL_HALTED;
  if (status === SymbolStatus.Maintenance) return Code.SYMBOL_IN_MAINTENANCE;
  if (status === SymbolStatus.Delisted) return Code.SYMBOL_DELISTED;
  return Code.NONE;
}

/** Is every amount a whole number that the engine's numbers hold, and the quote amount below 2^106? */
export function isRepresentable(request: OrderRequest): boolean {
  const numbers = [
    request.price,
    request.quantity,
    request.stopPrice,
    request.activationPrice,
    request.trailingAmount,
    request.displayQuantity,
    request.expireAtMs,
  ];
  const whole = numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
  return whole && request.quoteQuantity >= 0n && request.quoteQuantity < 1n << 106n;
}

/** Minimum and maximum of prices and quantity, notional, band: whatever is given is checked. */
export function checkFilters(spec: SymbolSpec, request: OrderRequest, reference: bigint): Code {
  if (!isRepresentable(request)) return Code.AMOUNT_OUT_OF_RANGE;
  const prices = [request.price, request.stopPrice, request.activationPrice].filter((price) => price > 0);
  if (prices.some((price) => price < spec.minPrice)) return Code.PRICE_TOO_LOW;
  if (prices.some((price) => price > spec.maxPrice)) return Code.PRICE_TOO_HIGH;
  if (request.quantity > 0 && request.quantity < spec.minQuantity) return Code.QUANTITY_TOO_SMALL;
  if (request.quantity > spec.maxQuantity) return Code.QUANTITY_TOO_LARGE;
  if (request.price > 0 && request.quantity > 0) {
    if (BigInt(request.price) * BigInt(request.quantity) < spec.minNotional) return Code.NOTIONAL_TOO_SMALL;
  }
  if (request.quoteQuantity > 0n && request.quoteQuantity < spec.minNotional) return Code.NOTIONAL_TOO_SMALL;
  if (request.type === OrderType.Limit && request.price > 0) {
    if (!insideBand(BigInt(request.price), reference, spec.priceBandBps)) return Code.PRICE_OUTSIDE_BAND;
  }
  return Code.NONE;
}

export function isImmediate(timeInForce: TimeInForce): boolean {
  return timeInForce === TimeInForce.Ioc || timeInForce === TimeInForce.Fok;
}

/** At most this many trades may an iceberg make of one taker: see engine/core/check-order.ts. */
const MOST_ICEBERG_PARTS = 1_000n;

export function isDisplayable(display: bigint, quantity: bigint): boolean {
  return display >= 1n && display <= quantity && quantity <= display * MOST_ICEBERG_PARTS;
}

/** Instructions that need, or forbid, one another: in the order of the codes' numbers. */
export function checkConflicts(request: OrderRequest, timeMs: number): Code {
  const { type, timeInForce } = request;
  const trailing = type === OrderType.TrailingStop;
  const hasStop = type === OrderType.Stop || type === OrderType.StopLimit;
  const marketAtLast =
    type === OrderType.Market || type === OrderType.Stop || (trailing && request.price === 0);
  const immediate = isImmediate(timeInForce);

  if ((type === OrderType.Limit || type === OrderType.StopLimit) && request.price === 0) {
    return Code.PRICE_REQUIRED;
  }
  if ((type === OrderType.Market || type === OrderType.Stop) && request.price > 0) {
    return Code.PRICE_NOT_ALLOWED;
  }
  const byQuote = type === OrderType.Market && request.quoteQuantity > 0n;
  if (request.quantity === 0 && !byQuote) return Code.QUANTITY_REQUIRED;
  if (request.quoteQuantity > 0n && (type !== OrderType.Market || request.quantity > 0)) {
    return Code.QUOTE_QUANTITY_NOT_ALLOWED;
  }
  if (hasStop && request.stopPrice === 0) return Code.STOP_PRICE_REQUIRED;
  if (!hasStop && request.stopPrice > 0) return Code.STOP_PRICE_NOT_ALLOWED;
  if (trailing && request.trailingDelta === 0 && request.trailingAmount === 0) {
    return Code.TRAILING_VALUE_REQUIRED;
  }
  if (!trailing && (request.trailingDelta > 0 || request.trailingAmount > 0 || request.activationPrice > 0)) {
    return Code.TRAILING_VALUE_NOT_ALLOWED;
  }
  if (request.trailingDelta > 0 && request.trailingAmount > 0) return Code.TRAILING_VALUE_INVALID;
  if (request.trailingDelta > 9_999) return Code.TRAILING_VALUE_INVALID;
  if (marketAtLast && !immediate) return Code.TIME_IN_FORCE_NOT_ALLOWED;
  if (request.postOnly && (immediate || marketAtLast)) return Code.POST_ONLY_NOT_ALLOWED;
  if (request.displayQuantity > 0) {
    if (type !== OrderType.Limit || immediate) return Code.DISPLAY_QUANTITY_NOT_ALLOWED;
    if (!isDisplayable(BigInt(request.displayQuantity), BigInt(request.quantity))) {
      return Code.DISPLAY_QUANTITY_INVALID;
    }
  }
  if (timeInForce === TimeInForce.Gtd && request.expireAtMs === 0) return Code.EXPIRE_AT_REQUIRED;
  if (request.expireAtMs > 0) {
    const waitsAtMost = marketAtLast && type !== OrderType.Market;
    if (timeInForce !== TimeInForce.Gtd && !waitsAtMost) return Code.EXPIRE_AT_NOT_ALLOWED;
    if (request.expireAtMs <= timeMs) return Code.EXPIRE_AT_IN_THE_PAST;
  }
  return Code.NONE;
}

/** Sell: limit > last > stop; buy: limit < last < stop; without a trade only limit against stop. */
export function checkListPrices(limitLeg: OrderRequest, stopLeg: OrderRequest, last: bigint): Code {
  const up = limitLeg.side === Side.Sell;
  const limit = BigInt(limitLeg.price);
  const stop = BigInt(stopLeg.stopPrice);
  const high = up ? limit : stop;
  const low = up ? stop : limit;
  const holds = last === 0n ? low < high : low < last && last < high;
  return holds ? Code.NONE : Code.LIST_PRICES_INVALID;
}

/** True if the last trade already fulfils the condition of a stop at `stopPrice`. */
export function stopHolds(side: Side, stopPrice: bigint, last: bigint): boolean {
  if (last === 0n) return false;
  return side === Side.Sell ? last <= stopPrice : last >= stopPrice;
}

/** True if `last` has come far enough back from the extreme. */
export function trailingHolds(order: NaiveOrder, last: bigint): boolean {
  const { side, extreme, trailingDelta, trailingAmount } = order;
  if (trailingDelta > 0n) {
    return side === Side.Sell
      ? last * 10_000n <= extreme * (10_000n - trailingDelta)
      : last * 10_000n >= extreme * (10_000n + trailingDelta);
  }
  return side === Side.Sell ? last <= extreme - trailingAmount : last >= extreme + trailingAmount;
}

/** postOnly and OCO: would any resting order of the other side be met by a limit at `price`? */
export function wouldMatch(
  resting: readonly NaiveOrder[],
  symbol: number,
  side: Side,
  price: bigint,
): boolean {
  return resting.some(
    (maker) =>
      maker.resting && maker.symbol === symbol && maker.side !== side && reaches(side, price, maker.price),
  );
}

/** A symbol definition that the engine can hold exactly. */
export function checkDefinition(spec: SymbolSpec): Code {
  const whole = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  const largest = Number(LARGEST);
  const good =
    whole(spec.symbol, 1, 65_535) &&
    whole(spec.minPrice, 1, largest) &&
    whole(spec.maxPrice, spec.minPrice, largest) &&
    whole(spec.minQuantity, 1, largest) &&
    whole(spec.maxQuantity, spec.minQuantity, largest) &&
    spec.minNotional >= 0n &&
    whole(spec.priceBandBps, 0, largest) &&
    whole(spec.referencePrice, 0, largest) &&
    whole(spec.sessionEndMinute, 0, 1_439) &&
    whole(spec.maxOpenOrders, 0, largest);
  return good ? Code.NONE : Code.INVALID_SYMBOL_DEFINITION;
}
