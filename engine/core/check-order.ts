import { Code } from "./codes.ts";
import type { OrderRequest } from "./command.ts";
import { TICK_LOTS_LIMIT } from "./decimal.ts";
import type { SymbolSpec } from "./symbol-spec.ts";
import { MAX_LOTS, MAX_TICKS } from "./symbol-spec.ts";
import { OrderType, SelfTradePrevention, Side, SymbolStatus, TimeInForce } from "./terms.ts";

/**
 * The checks of an order that need no book. Their order is semantics' ("Order of checks"): malformed →
 * symbol status → filters → conflicts between instructions; the first that fails names the code. Both the core and
 * the API's test of an order make them.
 *
 * Within the filters: what cannot be represented, price too low, too high (limit, stop and activation
 * price, where given), quantity too small, too large, notional, band. The notional filter applies to
 * what has a limit price (price × quantity) or a quote amount; the band to LIMIT orders, since a
 * triggered order stops at the band instead. Conflicts follow the numbers of their codes.
 */

const BASIS = 10_000;
/** Each part of an iceberg is a trade of its own: this bounds the events that one order can cause. */
const MAX_ICEBERG_PARTS = 1_000;

/** False when a field is outside its enumeration or the order has no id. */
export function isWellFormed(order: OrderRequest): boolean {
  const { id } = order;
  return (
    (order.side === Side.Buy || order.side === Side.Sell) &&
    isOneOf(order.type, OrderType.TrailingStop) &&
    isOneOf(order.timeInForce, TimeInForce.Gtd) &&
    isOneOf(order.selfTradePrevention, SelfTradePrevention.None) &&
    (id.a !== 0 || id.b !== 0 || id.c !== 0 || id.d !== 0)
  );
}

/** Why a symbol in this status takes no orders; NONE when it does. */
export function statusCode(status: SymbolStatus): Code {
  if (status === SymbolStatus.Active) return Code.NONE;
  if (status === SymbolStatus.Halted) return Code.SYMBOL_HALTED;
  return status === SymbolStatus.Maintenance ? Code.SYMBOL_IN_MAINTENANCE : Code.SYMBOL_DELISTED;
}

/**
 * True for a plain LIMIT order whose amounts are all inside their bounds: it passes filters and conflicts. This
 * only spares the commonest order the long way through both; false says nothing.
 */
export function isPlainlyFine(
  order: OrderRequest,
  spec: SymbolSpec,
  bandLow: number,
  bandHigh: number,
): boolean {
  const { price, quantity, timeInForce } = order;
  return (
    order.type === OrderType.Limit &&
    timeInForce !== TimeInForce.Gtd &&
    !order.postOnly &&
    isPlain(order) &&
    price >= spec.minPrice &&
    price <= spec.maxPrice &&
    price >= bandLow &&
    price <= bandHigh &&
    quantity >= spec.minQuantity &&
    quantity <= spec.maxQuantity &&
    Math.floor(price) === price &&
    Math.floor(quantity) === quantity &&
    !isNotionalBelow(price, quantity, spec.minNotional)
  );
}

/** Amounts against the symbol's limits. A field that is zero was not given and passes. */
export function checkFilters(order: OrderRequest, spec: SymbolSpec, bandLow: number, bandHigh: number): Code {
  const { price, quantity, stopPrice, activationPrice } = order;
  if (!isAmount(price, MAX_TICKS) || !isAmount(quantity, MAX_LOTS)) return Code.AMOUNT_OUT_OF_RANGE;
  const rare = (stopPrice | activationPrice) !== 0 || stopPrice !== 0 || activationPrice !== 0;
  if (rare || order.trailingAmount !== 0 || order.displayQuantity !== 0 || order.expireAtMs !== 0) {
    if (!isAmount(stopPrice, MAX_TICKS) || !isAmount(activationPrice, MAX_TICKS)) {
      return Code.AMOUNT_OUT_OF_RANGE;
    }
    if (!isAmount(order.trailingAmount, MAX_TICKS) || !isAmount(order.displayQuantity, MAX_LOTS)) {
      return Code.AMOUNT_OUT_OF_RANGE;
    }
    if (!isAmount(order.expireAtMs, Number.MAX_SAFE_INTEGER)) return Code.AMOUNT_OUT_OF_RANGE;
  }
  const byQuote = order.quoteQuantity !== 0n;
  if (byQuote && (order.quoteQuantity < 0n || order.quoteQuantity >= TICK_LOTS_LIMIT)) {
    return Code.AMOUNT_OUT_OF_RANGE;
  }
  const { minPrice, maxPrice } = spec;
  if (isBelow(price, minPrice)) return Code.PRICE_TOO_LOW;
  if (rare && (isBelow(stopPrice, minPrice) || isBelow(activationPrice, minPrice))) return Code.PRICE_TOO_LOW;
  if (price > maxPrice || stopPrice > maxPrice || activationPrice > maxPrice) return Code.PRICE_TOO_HIGH;
  if (isBelow(quantity, spec.minQuantity)) return Code.QUANTITY_TOO_SMALL;
  if (quantity > spec.maxQuantity) return Code.QUANTITY_TOO_LARGE;
  if (byQuote && order.quoteQuantity < spec.minNotional) return Code.NOTIONAL_TOO_SMALL;
  if (price !== 0 && quantity !== 0 && isNotionalBelow(price, quantity, spec.minNotional)) {
    return Code.NOTIONAL_TOO_SMALL;
  }
  if (order.type === OrderType.Limit && price !== 0 && (price < bandLow || price > bandHigh)) {
    return Code.PRICE_OUTSIDE_BAND;
  }
  return Code.NONE;
}

/** Instructions that do not go together, whatever the symbol. */
export function checkConflicts(order: OrderRequest, timeMs: number): Code {
  const { type, timeInForce } = order;
  const isImmediate = timeInForce === TimeInForce.Ioc || timeInForce === TimeInForce.Fok;
  if (type === OrderType.Limit && isPlain(order)) {
    if (order.price === 0) return Code.PRICE_REQUIRED;
    if (order.quantity === 0) return Code.QUANTITY_REQUIRED;
    if (order.postOnly && isImmediate) return Code.POST_ONLY_NOT_ALLOWED;
    return timeInForce === TimeInForce.Gtd ? Code.EXPIRE_AT_REQUIRED : Code.NONE;
  }
  const hasLimit = order.price !== 0;
  if (!hasLimit && (type === OrderType.Limit || type === OrderType.StopLimit)) return Code.PRICE_REQUIRED;
  if (hasLimit && (type === OrderType.Market || type === OrderType.Stop)) return Code.PRICE_NOT_ALLOWED;
  const byQuote = order.quoteQuantity !== 0n;
  const quoteAllowed = type === OrderType.Market && order.quantity === 0;
  if (order.quantity === 0 && !(byQuote && quoteAllowed)) return Code.QUANTITY_REQUIRED;
  if (byQuote && !quoteAllowed) return Code.QUOTE_QUANTITY_NOT_ALLOWED;
  const takesStop = type === OrderType.Stop || type === OrderType.StopLimit;
  if (takesStop && order.stopPrice === 0) return Code.STOP_PRICE_REQUIRED;
  if (!takesStop && order.stopPrice !== 0) return Code.STOP_PRICE_NOT_ALLOWED;
  const trailing = checkTrailing(order);
  if (trailing !== Code.NONE) return trailing;
  const restsAsLimit = hasLimit;
  if (!restsAsLimit && !isImmediate) return Code.TIME_IN_FORCE_NOT_ALLOWED;
  if (order.postOnly && (isImmediate || !restsAsLimit)) return Code.POST_ONLY_NOT_ALLOWED;
  if (order.displayQuantity !== 0) {
    if (type !== OrderType.Limit || isImmediate) return Code.DISPLAY_QUANTITY_NOT_ALLOWED;
    if (!isDisplayable(order.displayQuantity, order.quantity)) return Code.DISPLAY_QUANTITY_INVALID;
  }
  return checkExpireAt(order, timeMs, isImmediate);
}

/** Whether that much may show of an order: from one lot to all of it, in at most 1,000 parts. */
export function isDisplayable(display: number, quantity: number): boolean {
  return display >= 1 && display <= quantity && quantity / display <= MAX_ICEBERG_PARTS;
}

/** price × quantity < notional, exactly, for integers up to 2^53−1. */
export function isNotionalBelow(price: number, quantity: number, notional: bigint): boolean {
  if (notional === 0n) return false;
  const product = price * quantity;
  // A number below a bigint is compared exactly, and without making one.
  return product <= MAX_TICKS ? product < notional : BigInt(price) * BigInt(quantity) < notional;
}

/** Bounds in ticks, both inclusive, of a band of `bandBps` either side of a reference: exact. */
export function bandLowest(reference: number, bandBps: number): number {
  return Math.max(0, reference - bandWidth(reference, bandBps));
}

export function bandHighest(reference: number, bandBps: number): number {
  return Math.min(MAX_TICKS, reference + bandWidth(reference, bandBps));
}

/** floor(reference × bps ÷ 10⁴): a whole and a rest, so that no product passes 2^53. */
function bandWidth(reference: number, bandBps: number): number {
  const whole = Math.floor(reference / BASIS);
  return Math.min(MAX_TICKS, whole * bandBps + Math.floor(((reference - whole * BASIS) * bandBps) / BASIS));
}

function checkTrailing(order: OrderRequest): Code {
  const { trailingDelta, trailingAmount, activationPrice } = order;
  if (order.type !== OrderType.TrailingStop) {
    const given = trailingDelta !== 0 || trailingAmount !== 0 || activationPrice !== 0;
    return given ? Code.TRAILING_VALUE_NOT_ALLOWED : Code.NONE;
  }
  if (trailingDelta === 0 && trailingAmount === 0) return Code.TRAILING_VALUE_REQUIRED;
  if (trailingDelta !== 0 && trailingAmount !== 0) return Code.TRAILING_VALUE_INVALID;
  if (!isAmount(trailingDelta, BASIS - 1)) return Code.TRAILING_VALUE_INVALID;
  return Code.NONE;
}

function checkExpireAt(order: OrderRequest, timeMs: number, isImmediate: boolean): Code {
  const given = order.expireAtMs !== 0;
  if (order.timeInForce === TimeInForce.Gtd) {
    if (!given) return Code.EXPIRE_AT_REQUIRED;
  } else if (given) {
    const waitsForMarket =
      (order.type === OrderType.Stop || order.type === OrderType.TrailingStop) && order.price === 0;
    if (!waitsForMarket || !isImmediate) return Code.EXPIRE_AT_NOT_ALLOWED;
  }
  return given && order.expireAtMs <= timeMs ? Code.EXPIRE_AT_IN_THE_PAST : Code.NONE;
}

/** Nothing but side, price, quantity, time in force, postOnly and self-trade prevention is given. */
function isPlain(order: OrderRequest): boolean {
  return (
    order.stopPrice === 0 &&
    order.trailingDelta === 0 &&
    order.trailingAmount === 0 &&
    order.activationPrice === 0 &&
    order.displayQuantity === 0 &&
    order.expireAtMs === 0 &&
    order.quoteQuantity === 0n
  );
}

function isOneOf(value: number, highest: number): boolean {
  return value >= 0 && value <= highest && (value | 0) === value;
}

/** An integer, 0…`highest`. */
export function isAmount(value: number, highest: number): boolean {
  return value >= 0 && value <= highest && Math.floor(value) === value;
}

/** Given, and below the lowest. */
export function isBelow(value: number, lowest: number): boolean {
  return value !== 0 && value < lowest;
}
