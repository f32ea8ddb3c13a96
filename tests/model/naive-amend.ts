import { Code } from "../../engine/core/codes.ts";
import { AmendField, type Command } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { OrderStatus, OrderType } from "../../engine/core/terms.ts";
import {
  insideBand,
  isDisplayable,
  isRepresentable,
  stopHolds,
  trailingHolds,
  wouldMatch,
} from "./naive-checks.ts";
import type { NaiveMatching } from "./naive-matching.ts";
import { type NaiveOrder, type NaiveSymbol, remainingOf } from "./naive-order.ts";
import { slice } from "./naive-sweep.ts";

/** An order as an amend would leave it. */
interface Amended {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly stopPrice: bigint;
  readonly trailingDelta: bigint;
  readonly trailingAmount: bigint;
  readonly activationPrice: bigint;
  readonly displayQuantity: bigint;
  readonly isReduction: boolean;
  /** The new total leaves something. */
  readonly lives: boolean;
  readonly has: (field: number) => boolean;
}

/** Judges and does an amend of a live order; anything but NONE means that nothing has changed. */
export function applyAmend(
  matching: NaiveMatching,
  market: NaiveSymbol,
  order: NaiveOrder,
  command: Command,
): Code {
  const wanted = wantedBy(order, command);
  const checks = [
    () => checkAllowed(matching, order, wanted),
    () => (isRepresentable(command.order) ? Code.NONE : Code.AMOUNT_OUT_OF_RANGE),
    () => checkFilters(market, order, wanted, matching.referenceOf(order.symbol)),
    () => checkValues(wanted, BigInt(command.order.quantity)),
    () => checkState(matching, market, order, wanted),
  ];
  for (const check of checks) {
    const code = check();
    if (code !== Code.NONE) return code;
  }
  if (wanted.lives) change(matching, order, wanted);
  else close(matching, order, wanted);
  return Code.NONE;
}

function wantedBy(order: NaiveOrder, command: Command): Amended {
  const has = (field: number): boolean => (command.amendMask & field) !== 0;
  const request = command.order;
  const pick = (field: number, asked: number, present: bigint): bigint =>
    has(field) ? BigInt(asked) : present;
  const isReduction = has(AmendField.Quantity) && has(AmendField.QuantityIsReduction);
  const asked = BigInt(request.quantity);
  const total = isReduction ? order.quantity - asked : asked;
  const quantity = has(AmendField.Quantity) ? total : order.quantity;
  // A distance given in the other unit takes the place of the one that the order had.
  const keepsDelta = has(AmendField.TrailingAmount) ? 0n : order.trailingDelta;
  const keepsAmount = has(AmendField.TrailingDelta) ? 0n : order.trailingAmount;
  return {
    price: pick(AmendField.Price, request.price, order.price),
    quantity,
    stopPrice: pick(AmendField.StopPrice, request.stopPrice, order.stopPrice),
    trailingDelta: pick(AmendField.TrailingDelta, request.trailingDelta, keepsDelta),
    trailingAmount: pick(AmendField.TrailingAmount, request.trailingAmount, keepsAmount),
    activationPrice: pick(AmendField.ActivationPrice, request.activationPrice, order.activationPrice),
    displayQuantity: pick(AmendField.DisplayQuantity, request.displayQuantity, order.displayQuantity),
    isReduction,
    lives: quantity > order.filledQuantity + order.preventedQuantity,
    has,
  };
}

/** AMEND_EMPTY; then fields that the order has not got, or no longer. */
function checkAllowed(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): Code {
  const trails = order.waiting && order.type === OrderType.TrailingStop;
  const stops = order.waiting && order.type !== OrderType.TrailingStop;
  const fields: readonly (readonly [number, boolean])[] = [
    [AmendField.Price, order.price > 0n],
    [AmendField.Quantity, true],
    [AmendField.StopPrice, stops],
    [AmendField.TrailingDelta, trails],
    [AmendField.TrailingAmount, trails],
    [AmendField.ActivationPrice, trails && !order.active],
    [AmendField.DisplayQuantity, order.type === OrderType.Limit],
  ];
  if (!fields.some(([field]) => wanted.has(field))) return Code.AMEND_EMPTY;
  const refused = fields.some(([field, allowed]) => wanted.has(field) && !allowed);
  return refused || matching.siblingOf(order) !== undefined ? Code.AMEND_NOT_ALLOWED : Code.NONE;
}

function checkFilters(market: NaiveSymbol, order: NaiveOrder, wanted: Amended, reference: bigint): Code {
  const { spec } = market;
  const { has } = wanted;
  const prices = [
    has(AmendField.Price) ? wanted.price : 0n,
    has(AmendField.StopPrice) ? wanted.stopPrice : 0n,
    has(AmendField.ActivationPrice) ? wanted.activationPrice : 0n,
  ].filter((price) => price > 0n);
  if (prices.some((price) => price < spec.minPrice)) return Code.PRICE_TOO_LOW;
  if (prices.some((price) => price > spec.maxPrice)) return Code.PRICE_TOO_HIGH;
  const newTotal = has(AmendField.Quantity) && !wanted.isReduction && wanted.lives;
  if (newTotal && wanted.quantity < spec.minQuantity) return Code.QUANTITY_TOO_SMALL;
  if (newTotal && wanted.quantity > spec.maxQuantity) return Code.QUANTITY_TOO_LARGE;
  const newPrice = has(AmendField.Price) && wanted.price > 0n;
  if ((newTotal || (newPrice && wanted.lives)) && wanted.price > 0n) {
    if (wanted.price * wanted.quantity < spec.minNotional) return Code.NOTIONAL_TOO_SMALL;
  }
  const outside = newPrice && order.resting && !insideBand(wanted.price, reference, spec.priceBandBps);
  return outside ? Code.PRICE_OUTSIDE_BAND : Code.NONE;
}

/** Zeros that were given, and values that cannot be. */
function checkValues(wanted: Amended, askedQuantity: bigint): Code {
  const { has } = wanted;
  if (has(AmendField.Price) && wanted.price === 0n) return Code.PRICE_REQUIRED;
  if (wanted.isReduction && askedQuantity === 0n) return Code.QUANTITY_REQUIRED;
  if (has(AmendField.StopPrice) && wanted.stopPrice === 0n) return Code.STOP_PRICE_REQUIRED;
  if (has(AmendField.TrailingDelta) || has(AmendField.TrailingAmount)) {
    const { trailingDelta, trailingAmount } = wanted;
    if (trailingDelta === 0n && trailingAmount === 0n) return Code.TRAILING_VALUE_REQUIRED;
    if (trailingDelta > 0n && trailingAmount > 0n) return Code.TRAILING_VALUE_INVALID;
    if (trailingDelta > 9_999n) return Code.TRAILING_VALUE_INVALID;
  }
  if (has(AmendField.ActivationPrice) && wanted.activationPrice === 0n) return Code.TRAILING_VALUE_INVALID;
  const shows = has(AmendField.DisplayQuantity);
  if (shows && wanted.displayQuantity === 0n) return Code.DISPLAY_QUANTITY_INVALID;
  const looks = wanted.lives && wanted.displayQuantity > 0n && (shows || has(AmendField.Quantity));
  if (looks) {
    // What stays of an iceberg may be less than it showed; what is given may not.
    const clipped = !shows && wanted.displayQuantity > wanted.quantity;
    const display = clipped ? wanted.quantity : wanted.displayQuantity;
    if (!isDisplayable(display, wanted.quantity)) return Code.DISPLAY_QUANTITY_INVALID;
  }
  return Code.NONE;
}

function checkState(matching: NaiveMatching, market: NaiveSymbol, order: NaiveOrder, wanted: Amended): Code {
  const { has } = wanted;
  const more = wanted.quantity - order.quantity;
  if (order.resting && more > 0n && matching.isSideFull(order.symbol, order.side, more, matching.live)) {
    return Code.AMOUNT_OUT_OF_RANGE;
  }
  if (has(AmendField.StopPrice) && stopHolds(order.side, wanted.stopPrice, market.last)) {
    return Code.STOP_WOULD_TRIGGER;
  }
  if ((has(AmendField.TrailingDelta) || has(AmendField.TrailingAmount)) && order.active) {
    const { trailingDelta, trailingAmount } = wanted;
    if (trailingHolds({ ...order, trailingDelta, trailingAmount }, market.last)) {
      return Code.STOP_WOULD_TRIGGER;
    }
  }
  const reprices = has(AmendField.Price) && order.resting && order.postOnly;
  const crosses = reprices && wouldMatch(matching.live, order.symbol, order.side, wanted.price);
  return crosses ? Code.POST_ONLY_WOULD_CROSS : Code.NONE;
}

function tellAmended(matching: NaiveMatching, order: NaiveOrder, losesPlace: boolean): void {
  matching.emit(EventType.Amended, order, {
    other: losesPlace ? "1" : "0",
    price: order.price,
    quantity: order.quantity,
  });
}

function close(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): void {
  const used = order.filledQuantity + order.preventedQuantity;
  tellAmended(matching, order, false);
  order.price = wanted.price;
  order.quantity = used;
  const asFilled = wanted.quantity === used && !wanted.isReduction && order.filledQuantity > 0n;
  if (asFilled) matching.fill(order);
  else matching.end(order, OrderStatus.Cancelled, Code.CANCELLED_BY_AMEND);
}

function change(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): void {
  const wasIceberg = order.displayQuantity > 0n;
  const losesPlace =
    order.resting &&
    (wanted.price !== order.price ||
      wanted.quantity > order.quantity ||
      (wasIceberg && wanted.displayQuantity > order.displayQuantity));
  tellAmended(matching, order, losesPlace);
  order.price = wanted.price;
  order.quantity = wanted.quantity;
  order.stopPrice = wanted.stopPrice;
  order.trailingDelta = wanted.trailingDelta;
  order.trailingAmount = wanted.trailingAmount;
  order.activationPrice = wanted.activationPrice;
  order.displayQuantity = wanted.displayQuantity;
  if (losesPlace) {
    matching.enter(order);
  } else if (order.resting) {
    const shown = slice(order);
    if (order.displayQuantity === 0n || shown < order.visible) order.visible = shown;
    if (order.visible > remainingOf(order)) order.visible = remainingOf(order);
  }
}
