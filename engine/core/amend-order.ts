import type { AmendTerms } from "./amend-terms.ts";
import { checkAmend, termsOf } from "./amend-terms.ts";
import { findTarget } from "./cancel-orders.ts";
import { statusCode } from "./check-order.ts";
import { Code } from "./codes.ts";
import type { Command } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { extrasOf } from "./create-order.ts";
import { endOrder, forget, shownOf, takeOut, trailingOf } from "./end-order.ts";
import { enterLimit } from "./enter.ts";
import { EventType } from "./event.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { addToLevelTotal } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderStatus } from "./terms.ts";
import { settleTrades, wait } from "./triggers.ts";

/** Amend: an open order gets other terms, or nothing changes and the command is refused. */
export function amendOrder(core: CoreState, command: Command): void {
  const symbol = core.symbols.get(command.symbol);
  if (symbol === undefined) {
    core.refuse(Code.UNKNOWN_SYMBOL);
    return;
  }
  const status = statusCode(symbol.spec.status);
  if (status !== Code.NONE) {
    core.refuse(status);
    return;
  }
  const slot = findTarget(core, command);
  if (slot < 0) {
    core.refuse(Code.ORDER_NOT_OPEN);
    return;
  }
  symbol.fixBand();
  const terms = termsOf(core, slot, command);
  const code = checkAmend(core, symbol, slot, command, terms);
  if (code !== Code.NONE) core.refuse(code);
  else if (terms.quantity <= terms.used) endByAmend(core, slot, terms);
  else if (core.orders.place(slot) === Place.Book) amendResting(core, symbol, slot, terms);
  else amendWaiting(core, symbol, slot, terms);
}

function endByAmend(core: CoreState, slot: number, terms: AmendTerms): void {
  const { orders } = core;
  const isFilled = terms.quantity === terms.used && !terms.isReduction && orders.filled(slot) > 0;
  tellAmended(core, slot, 0);
  takeOut(core, slot);
  orders.setDouble(slot, Row.PRICE, terms.price);
  orders.setDouble(slot, Row.QUANTITY, terms.used);
  orders.setDouble(slot, Row.REMAINING, 0);
  if (isFilled) {
    orders.setStatus(slot, OrderStatus.Filled);
    forget(core, slot);
  } else endOrder(core, slot, Code.CANCELLED_BY_AMEND);
}

function amendResting(core: CoreState, symbol: SymbolState, slot: number, terms: AmendTerms): void {
  const { orders, extras, levels, events } = core;
  const wasIceberg = (orders.bits(slot) & Row.IS_ICEBERG) !== 0;
  const display = terms.displayQuantity;
  const displayBefore = extras.double(orders.extras(slot), ExtraDouble.DisplayQuantity);
  const losesPlace =
    terms.price !== orders.price(slot) ||
    terms.quantity > orders.quantity(slot) ||
    (wasIceberg && display > displayBefore);
  const remaining = terms.quantity - terms.used;
  const first = events.count;
  tellAmended(core, slot, losesPlace ? 1 : 0);
  const remainingBefore = orders.remaining(slot);
  const shownBefore = shownOf(core, slot);
  if (losesPlace) takeOut(core, slot);
  orders.setDouble(slot, Row.PRICE, terms.price);
  orders.setDouble(slot, Row.QUANTITY, terms.quantity);
  orders.setDouble(slot, Row.REMAINING, remaining);
  if (display !== 0) {
    extras.setDouble(extrasOf(core, slot), ExtraDouble.DisplayQuantity, display);
    orders.changeBits(slot, Row.IS_ICEBERG, 0);
  }
  if (losesPlace) {
    enterLimit(core, symbol, slot);
    settleTrades(core, symbol, first + 1);
    return;
  }
  let shown = remaining;
  if (display !== 0) {
    shown = Math.min(shownBefore, display, remaining);
    extras.setDouble(orders.extras(slot), ExtraDouble.Shown, shown);
  }
  const level = orders.word(slot, Row.LEVEL);
  levels.addOpenQuantity(symbol.sideOf(orders.side(slot)), remaining - remainingBefore);
  addToLevelTotal(levels, level, shown - shownBefore);
  levels.addHidden(level, remaining - shown - (remainingBefore - shownBefore));
}

function amendWaiting(core: CoreState, symbol: SymbolState, slot: number, terms: AmendTerms): void {
  const { orders, extras } = core;
  tellAmended(core, slot, 0);
  const row = orders.extras(slot);
  orders.setDouble(slot, Row.PRICE, terms.price);
  orders.setDouble(slot, Row.QUANTITY, terms.quantity);
  orders.setDouble(slot, Row.REMAINING, terms.quantity - terms.used);
  const moves =
    terms.stopPrice !== extras.double(row, ExtraDouble.StopPrice) ||
    terms.activationPrice !== extras.double(row, ExtraDouble.ActivationPrice);
  if (moves) takeOut(core, slot);
  extras.setDouble(row, ExtraDouble.StopPrice, terms.stopPrice);
  extras.setDouble(row, ExtraDouble.ActivationPrice, terms.activationPrice);
  const trail = (): void => {
    extras.setDouble(row, ExtraDouble.TrailingAmount, terms.trailingAmount);
    extras.setWord(row, ExtraWord.TrailingDelta, terms.trailingDelta);
  };
  if (orders.place(slot) === Place.Trailing) trailingOf(core, slot).change(slot, trail);
  else trail();
  if (moves) wait(core, symbol, slot);
}

/** Amended, with the price and quantity that the order had. */
function tellAmended(core: CoreState, slot: number, losesPlace: number): void {
  const { orders } = core;
  core.stamp(slot);
  core.events.push(EventType.Amended, slot, losesPlace, orders.price(slot), orders.quantity(slot), 0);
}
