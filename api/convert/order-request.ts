import { checkConflicts, checkFilters } from "../../engine/core/check-order.ts";
import { Code } from "../../engine/core/codes.ts";
import { AmendField, type OrderRequest } from "../../engine/core/command.ts";
import { MAX_TICKS, type SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { OrderType, TimeInForce } from "../../engine/core/terms.ts";
import { type Problem, problem, problemOfRefusal } from "../problem.ts";
import { ORDER_TYPES, SELF_TRADE_PREVENTIONS, SIDES, TIMES_IN_FORCE } from "../schemas/names.ts";
import type { AmendOrder, PlaceOrder } from "../schemas/order.ts";
import { AmountReader } from "./amounts.ts";

/** What a body asks of a new order. */
export type OrderTerms = Omit<PlaceOrder, "symbol" | "responseType">;

/** What a body asks of an order that is there. */
export type AmendTerms = Omit<AmendOrder, "responseType">;

/**
 * Fills `order` (fresh, its id set) and makes every check that needs no book, in the order of
 * semantics ("Order of checks"): steps, limits, notional, conflicts. Null when all is well.
 * @param at JSON pointer of the terms in the body ("" for the body itself)
 */
export function fillOrder(
  order: OrderRequest,
  terms: OrderTerms,
  spec: SymbolSpec,
  timeMs: number,
  at = "",
): Problem | null {
  const read = new AmountReader(spec);
  order.price = read.price(terms.price, `${at}/price`);
  order.stopPrice = read.price(terms.stopPrice, `${at}/stopPrice`);
  order.activationPrice = read.price(terms.activationPrice, `${at}/activationPrice`);
  order.trailingAmount = read.price(terms.trailingAmount, `${at}/trailingAmount`);
  order.quantity = read.quantity(terms.quantity, `${at}/quantity`);
  order.displayQuantity = read.quantity(terms.displayQuantity, `${at}/displayQuantity`);
  order.quoteQuantity = read.quote(terms.quoteQuantity, `${at}/quoteQuantity`);
  if (read.fault !== null) return problem(read.fault.code, { errors: [read.fault] });
  order.side = SIDES[terms.side];
  order.type = ORDER_TYPES[terms.type];
  order.timeInForce =
    terms.timeInForce === undefined ? defaultTimeInForce(order) : TIMES_IN_FORCE[terms.timeInForce];
  order.postOnly = terms.postOnly ?? false;
  order.trailingDelta = terms.trailingDelta ?? 0;
  if (terms.selfTradePrevention !== undefined) {
    order.selfTradePrevention = SELF_TRADE_PREVENTIONS[terms.selfTradePrevention];
  }
  order.clientOrderId = terms.clientOrderId ?? "";
  order.expireAtMs = terms.expireAt ?? 0;
  // The band needs the book's last price: the engine's to check.
  const filter = checkFilters(order, spec, 0, MAX_TICKS);
  const code = filter === Code.NONE ? checkConflicts(order, timeMs) : filter;
  return code === Code.NONE ? null : problemOfRefusal(code);
}

/** GTC for what rests as a limit, IOC for what becomes a market order. */
function defaultTimeInForce(order: OrderRequest): TimeInForce {
  const isLimit = order.type === OrderType.Limit || order.type === OrderType.StopLimit;
  return isLimit || (order.type === OrderType.TrailingStop && order.price !== 0)
    ? TimeInForce.Gtc
    : TimeInForce.Ioc;
}

/** Fills `order` with an amend's values; returns its mask (`AmendField`), or what is wrong. */
export function fillAmend(
  order: OrderRequest,
  terms: AmendTerms,
  spec: SymbolSpec,
  at = "",
): { readonly mask: number } | Problem {
  const read = new AmountReader(spec);
  order.price = read.price(terms.price, `${at}/price`);
  order.stopPrice = read.price(terms.stopPrice, `${at}/stopPrice`);
  order.activationPrice = read.price(terms.activationPrice, `${at}/activationPrice`);
  order.trailingAmount = read.price(terms.trailingAmount, `${at}/trailingAmount`);
  const isReduction = terms.reduceBy !== undefined;
  order.quantity = read.quantity(
    isReduction ? terms.reduceBy : terms.quantity,
    `${at}/${isReduction ? "reduceBy" : "quantity"}`,
  );
  order.displayQuantity = read.quantity(terms.displayQuantity, `${at}/displayQuantity`);
  order.trailingDelta = terms.trailingDelta ?? 0;
  if (read.fault !== null) return problem(read.fault.code, { errors: [read.fault] });
  const mask =
    (terms.price === undefined ? 0 : AmendField.Price) |
    (terms.quantity === undefined ? 0 : AmendField.Quantity) |
    (isReduction ? AmendField.Quantity | AmendField.QuantityIsReduction : 0) |
    (terms.stopPrice === undefined ? 0 : AmendField.StopPrice) |
    (terms.trailingDelta === undefined ? 0 : AmendField.TrailingDelta) |
    (terms.trailingAmount === undefined ? 0 : AmendField.TrailingAmount) |
    (terms.activationPrice === undefined ? 0 : AmendField.ActivationPrice) |
    (terms.displayQuantity === undefined ? 0 : AmendField.DisplayQuantity);
  return mask === 0 ? problem("AMEND_EMPTY") : { mask };
}
