import { Code } from "../../engine/core/codes.ts";
import { AmendField, type Command } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { OrderStatus, OrderType } from "../../engine/core/terms.ts";
import { insideBand, isRepresentable, stopHolds, trailingHolds, wouldMatch } from "./naive-checks.ts";
import type { NaiveMatching } from "./naive-matching.ts";
import type { NaiveOrder, NaiveSymbol } from "./naive-order.ts";
import { slice } from "./naive-sweep.ts";

/** The values of an order as an amend would leave them. */
interface Amended {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly stopPrice: bigint;
  readonly trailingDelta: bigint;
  readonly trailingAmount: bigint;
  readonly activationPrice: bigint;
  readonly displayQuantity: bigint;
  /** The new total leaves nothing. */
  readonly closes: boolean;
  readonly given: (field: number) => boolean;
}

/** Judges and does an amend of a live order; anything but NONE means that nothing has changed. */
export function applyAmend(
  matching: NaiveMatching,
  market: NaiveSymbol,
  order: NaiveOrder,
  command: Command,
): Code {
  if (!isRepresentable(command.order)) return Code.AMOUNT_OUT_OF_RANGE;
  const wanted = wantedBy(order, command);
  const checks = [
    () => checkAmounts(market, order, wanted, matching.referenceOf(order.symbol), command),
    () => checkAllowed(matching, order, wanted),
    () => checkMarket(matching, market, order, wanted),
  ];
  for (const check of checks) {
    const code = check();
    if (code !== Code.NONE) return code;
  }
  if (wanted.closes) close(matching, order, wanted);
  else change(matching, order, wanted);
  return Code.NONE;
}

function wantedBy(order: NaiveOrder, command: Command): Amended {
  const given = (field: number): boolean => (command.amendMask & field) !== 0;
  const request = command.order;
  const pick = (field: number, asked: number, present: bigint): bigint =>
    given(field) ? BigInt(asked) : present;
  const asked = BigInt(request.quantity);
  const total = given(AmendField.QuantityIsReduction) ? order.quantity - asked : asked;
  const quantity = given(AmendField.Quantity) ? total : order.quantity;
  return {
    price: pick(AmendField.Price, request.price, order.price),
    quantity,
    stopPrice: pick(AmendField.StopPrice, request.stopPrice, order.stopPrice),
    trailingDelta: pick(AmendField.TrailingDelta, request.trailingDelta, order.trailingDelta),
    trailingAmount: pick(AmendField.TrailingAmount, request.trailingAmount, order.trailingAmount),
    activationPrice: pick(AmendField.ActivationPrice, request.activationPrice, order.activationPrice),
    displayQuantity: pick(AmendField.DisplayQuantity, request.displayQuantity, order.displayQuantity),
    closes:
      given(AmendField.Quantity) && asked > 0n && quantity <= order.filledQuantity + order.preventedQuantity,
    given,
  };
}

function checkAmounts(
  market: NaiveSymbol,
  order: NaiveOrder,
  wanted: Amended,
  reference: bigint,
  command: Command,
): Code {
  const { spec } = market;
  const { given } = wanted;
  const prices = [
    ...(given(AmendField.Price) ? [wanted.price] : []),
    ...(given(AmendField.StopPrice) ? [wanted.stopPrice] : []),
    ...(given(AmendField.ActivationPrice) ? [wanted.activationPrice] : []),
  ];
  if (prices.some((price) => price < spec.minPrice)) return Code.PRICE_TOO_LOW;
  if (prices.some((price) => price > spec.maxPrice)) return Code.PRICE_TOO_HIGH;
  const newTotal = given(AmendField.Quantity) && !wanted.closes;
  if (newTotal && (command.order.quantity === 0 || wanted.quantity < spec.minQuantity)) {
    return Code.QUANTITY_TOO_SMALL;
  }
  if (newTotal && wanted.quantity > spec.maxQuantity) return Code.QUANTITY_TOO_LARGE;
  if ((given(AmendField.Price) || given(AmendField.Quantity)) && !wanted.closes && wanted.price > 0n) {
    if (wanted.price * wanted.quantity < spec.minNotional) return Code.NOTIONAL_TOO_SMALL;
  }
  if (wanted.price !== order.price && !order.waiting && order.price > 0n) {
    if (!insideBand(wanted.price, reference, spec.priceBandBps)) return Code.PRICE_OUTSIDE_BAND;
  }
  return Code.NONE;
}

/** Fields that the order has not got, and values that cannot be. */
function checkAllowed(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): Code {
  const { given } = wanted;
  const waitingTrail = order.waiting && order.type === OrderType.TrailingStop;
  const waitingStop = order.waiting && order.type !== OrderType.TrailingStop;
  const has: readonly (readonly [number, boolean])[] = [
    [AmendField.Price, order.price > 0n],
    [AmendField.Quantity, matching.siblingOf(order) === undefined],
    [AmendField.StopPrice, waitingStop],
    [AmendField.TrailingDelta, waitingTrail && order.trailingDelta > 0n],
    [AmendField.TrailingAmount, waitingTrail && order.trailingAmount > 0n],
    [AmendField.ActivationPrice, waitingTrail && !order.active && order.activationPrice > 0n],
    [AmendField.DisplayQuantity, order.displayQuantity > 0n],
  ];
  if (has.some(([field, allowed]) => given(field) && !allowed)) return Code.AMEND_NOT_ALLOWED;
  if (given(AmendField.TrailingDelta) && (wanted.trailingDelta < 1n || wanted.trailingDelta > 9_999n)) {
    return Code.TRAILING_VALUE_INVALID;
  }
  if (given(AmendField.TrailingAmount) && wanted.trailingAmount < 1n) return Code.TRAILING_VALUE_INVALID;
  if (given(AmendField.DisplayQuantity) && !wanted.closes) {
    if (wanted.displayQuantity < 1n || wanted.displayQuantity > wanted.quantity) {
      return Code.DISPLAY_QUANTITY_INVALID;
    }
  }
  return has.some(([field]) => given(field)) ? Code.NONE : Code.AMEND_EMPTY;
}

function checkMarket(matching: NaiveMatching, market: NaiveSymbol, order: NaiveOrder, wanted: Amended): Code {
  if (wanted.closes) return Code.NONE;
  if (!order.waiting) {
    const crosses =
      order.postOnly &&
      wanted.price !== order.price &&
      wouldMatch(matching.live, order.symbol, order.side, wanted.price);
    return crosses ? Code.POST_ONLY_WOULD_CROSS : Code.NONE;
  }
  const trails = order.type === OrderType.TrailingStop;
  const { trailingDelta, trailingAmount } = wanted;
  const holds = trails
    ? order.active && trailingHolds({ ...order, trailingDelta, trailingAmount }, market.last)
    : stopHolds(order.side, wanted.stopPrice, market.last);
  return holds ? Code.STOP_WOULD_TRIGGER : Code.NONE;
}

function close(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): void {
  const asFilled =
    wanted.quantity === order.filledQuantity && order.filledQuantity > 0n && order.preventedQuantity === 0n;
  if (!asFilled) {
    matching.end(order, OrderStatus.Cancelled, Code.CANCELLED_BY_AMEND);
    return;
  }
  matching.emit(EventType.Amended, order, { other: "0", price: order.price, quantity: order.quantity });
  order.quantity = wanted.quantity;
  matching.fill(order);
}

function change(matching: NaiveMatching, order: NaiveOrder, wanted: Amended): void {
  const losesPlace = order.resting && (wanted.price !== order.price || wanted.quantity > order.quantity);
  matching.emit(EventType.Amended, order, {
    other: losesPlace ? "1" : "0",
    price: order.price,
    quantity: order.quantity,
  });
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
    const isIceberg = order.displayQuantity > 0n;
    order.visible = isIceberg && order.visible < shown ? order.visible : shown;
  }
}
