import { isAmount, isBelow, isDisplayable, isNotionalBelow } from "./check-order.ts";
import { Code } from "./codes.ts";
import type { Command } from "./command.ts";
import { AmendField } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { trailingOf } from "./end-order.ts";
import { isSideFull, wouldCross } from "./enter.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import { MAX_LOTS, MAX_TICKS } from "./symbol-spec.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderType } from "./terms.ts";
import { wouldTrigger } from "./triggers.ts";

const HIGHEST_DELTA = 9_999;
const TRAILING_FIELDS: number = AmendField.TrailingDelta | AmendField.TrailingAmount;
const STOP_FIELDS: number = AmendField.StopPrice | TRAILING_FIELDS | AmendField.ActivationPrice;

/** An open order as an amend would leave it. */
export interface AmendTerms {
  readonly mask: number;
  readonly price: number;
  readonly quantity: number;
  /** Filled and prevented so far. */
  readonly used: number;
  readonly isReduction: boolean;
  readonly stopPrice: number;
  readonly trailingDelta: number;
  readonly trailingAmount: number;
  readonly activationPrice: number;
  readonly displayQuantity: number;
}

/** The terms of an order under an amend's fields; what is not given stays. */
export function termsOf(core: CoreState, slot: number, command: Command): AmendTerms {
  const { orders, extras } = core;
  const { order: given, amendMask: mask } = command;
  const row = orders.extras(slot);
  const has = (field: number): boolean => (mask & field) !== 0;
  const quantity = orders.quantity(slot);
  const isReduction = has(AmendField.Quantity) && has(AmendField.QuantityIsReduction);
  const total = isReduction ? quantity - given.quantity : given.quantity;
  const delta = has(AmendField.TrailingDelta);
  const amount = has(AmendField.TrailingAmount);
  return {
    mask,
    price: has(AmendField.Price) ? given.price : orders.price(slot),
    quantity: has(AmendField.Quantity) ? total : quantity,
    used: quantity - orders.remaining(slot),
    isReduction,
    stopPrice: has(AmendField.StopPrice) ? given.stopPrice : extras.double(row, ExtraDouble.StopPrice),
    trailingDelta: delta ? given.trailingDelta : amount ? 0 : extras.word(row, ExtraWord.TrailingDelta),
    trailingAmount: amount
      ? given.trailingAmount
      : delta
        ? 0
        : extras.double(row, ExtraDouble.TrailingAmount),
    activationPrice: has(AmendField.ActivationPrice)
      ? given.activationPrice
      : extras.double(row, ExtraDouble.ActivationPrice),
    displayQuantity: has(AmendField.DisplayQuantity)
      ? given.displayQuantity
      : extras.double(row, ExtraDouble.DisplayQuantity),
  };
}

/** Why an open order cannot be amended so; NONE when it can. The order of checks is event.ts's. */
export function checkAmend(
  core: CoreState,
  symbol: SymbolState,
  slot: number,
  command: Command,
  terms: AmendTerms,
): Code {
  const { amendMask: mask } = command;
  if ((mask & ~AmendField.QuantityIsReduction) === 0) return Code.AMEND_EMPTY;
  if (!areFieldsAllowed(core, slot, mask)) return Code.AMEND_NOT_ALLOWED;
  const filter = checkAmendFilters(core, symbol, slot, command, terms);
  if (filter !== Code.NONE) return filter;
  const conflict = checkAmendConflicts(command, terms);
  return conflict !== Code.NONE ? conflict : checkAmendState(core, symbol, slot, terms);
}

function areFieldsAllowed(core: CoreState, slot: number, mask: number): boolean {
  const { orders } = core;
  const type = orders.type(slot);
  const place = orders.place(slot);
  if ((orders.bits(slot) & Row.HAS_SIBLING) !== 0) return false;
  if ((mask & AmendField.Price) !== 0 && orders.price(slot) === 0) return false;
  if ((mask & STOP_FIELDS) !== 0 && place === Place.Book) return false;
  const isTrailing = type === OrderType.TrailingStop;
  if ((mask & AmendField.StopPrice) !== 0 && isTrailing) return false;
  if ((mask & TRAILING_FIELDS) !== 0 && !isTrailing) return false;
  if ((mask & AmendField.ActivationPrice) !== 0 && !(isTrailing && place === Place.Waiting)) return false;
  return (mask & AmendField.DisplayQuantity) === 0 || type === OrderType.Limit;
}

function checkAmendFilters(
  core: CoreState,
  symbol: SymbolState,
  slot: number,
  command: Command,
  terms: AmendTerms,
): Code {
  const { order: given } = command;
  const { spec } = symbol;
  const { mask } = terms;
  const has = (field: number): boolean => (mask & field) !== 0;
  const prices = [
    has(AmendField.Price) ? given.price : 0,
    has(AmendField.StopPrice) ? given.stopPrice : 0,
    has(AmendField.ActivationPrice) ? given.activationPrice : 0,
  ];
  const amounts = [has(AmendField.TrailingAmount) ? given.trailingAmount : 0, ...prices];
  const lots = [
    has(AmendField.Quantity) ? given.quantity : 0,
    has(AmendField.DisplayQuantity) ? given.displayQuantity : 0,
  ];
  const areAmounts = amounts.every((ticks) => isAmount(ticks, MAX_TICKS));
  if (!areAmounts || !lots.every((some) => isAmount(some, MAX_LOTS))) return Code.AMOUNT_OUT_OF_RANGE;
  if (prices.some((ticks) => isBelow(ticks, spec.minPrice))) return Code.PRICE_TOO_LOW;
  if (prices.some((ticks) => ticks > spec.maxPrice)) return Code.PRICE_TOO_HIGH;
  const lives = terms.quantity > terms.used;
  const newTotal = has(AmendField.Quantity) && !terms.isReduction && lives;
  if (newTotal && terms.quantity < spec.minQuantity) return Code.QUANTITY_TOO_SMALL;
  if (newTotal && terms.quantity > spec.maxQuantity) return Code.QUANTITY_TOO_LARGE;
  const price = prices[0]!;
  if ((newTotal || (price !== 0 && lives)) && terms.price !== 0) {
    if (isNotionalBelow(terms.price, terms.quantity, spec.minNotional)) return Code.NOTIONAL_TOO_SMALL;
  }
  const isHeld = price !== 0 && core.orders.place(slot) === Place.Book;
  return isHeld && (price < symbol.bandLow || price > symbol.bandHigh) ? Code.PRICE_OUTSIDE_BAND : Code.NONE;
}

function checkAmendConflicts(command: Command, terms: AmendTerms): Code {
  const { mask } = terms;
  const has = (field: number): boolean => (mask & field) !== 0;
  if (has(AmendField.Price) && terms.price === 0) return Code.PRICE_REQUIRED;
  if (terms.isReduction && command.order.quantity === 0) return Code.QUANTITY_REQUIRED;
  if (has(AmendField.StopPrice) && terms.stopPrice === 0) return Code.STOP_PRICE_REQUIRED;
  if (has(TRAILING_FIELDS)) {
    const { trailingDelta, trailingAmount } = terms;
    if (trailingDelta === 0 && trailingAmount === 0) return Code.TRAILING_VALUE_REQUIRED;
    if (trailingDelta !== 0 && trailingAmount !== 0) return Code.TRAILING_VALUE_INVALID;
    if (!isAmount(trailingDelta, HIGHEST_DELTA)) return Code.TRAILING_VALUE_INVALID;
  }
  if (has(AmendField.ActivationPrice) && terms.activationPrice === 0) return Code.TRAILING_VALUE_INVALID;
  const lives = terms.quantity > terms.used;
  const shows = has(AmendField.DisplayQuantity);
  if (shows && terms.displayQuantity === 0) return Code.DISPLAY_QUANTITY_INVALID;
  if (lives && (shows || (has(AmendField.Quantity) && terms.displayQuantity !== 0))) {
    const display = shows ? terms.displayQuantity : Math.min(terms.displayQuantity, terms.quantity);
    if (!isDisplayable(display, terms.quantity)) return Code.DISPLAY_QUANTITY_INVALID;
  }
  return Code.NONE;
}

function checkAmendState(core: CoreState, symbol: SymbolState, slot: number, terms: AmendTerms): Code {
  const { orders } = core;
  const { mask } = terms;
  const side = orders.side(slot);
  const place = orders.place(slot);
  const more = terms.quantity - orders.quantity(slot);
  if (place === Place.Book && more > 0 && isSideFull(core, symbol, side, more))
    return Code.AMOUNT_OUT_OF_RANGE;
  if ((mask & AmendField.StopPrice) !== 0 && wouldTrigger(symbol, side, terms.stopPrice)) {
    return Code.STOP_WOULD_TRIGGER;
  }
  if ((mask & TRAILING_FIELDS) !== 0 && place === Place.Trailing) {
    const { trailingDelta, trailingAmount } = terms;
    const trailing = trailingOf(core, slot);
    if (trailing.wouldTrigger(slot, trailingDelta, trailingAmount, symbol.lastTrade))
      return Code.STOP_WOULD_TRIGGER;
  }
  const reprices = (mask & AmendField.Price) !== 0 && place === Place.Book;
  const crosses = reprices && orders.postOnly(slot) && wouldCross(core, symbol, side, terms.price);
  return crosses ? Code.POST_ONLY_WOULD_CROSS : Code.NONE;
}
