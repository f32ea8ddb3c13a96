import { parseTickLots, parseUnits } from "../engine/core/decimal.ts";
import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import { symbolStatusOf } from "./labels.ts";
import type { SymbolRow } from "./queries/symbols.ts";

/** A row of `symbols` as the core knows it. Throws when an amount is no multiple of its step. */
export function toSymbolSpec(row: SymbolRow): SymbolSpec {
  const { price_step: priceStep, quantity_step: quantityStep } = row;
  return {
    symbol: row.symbol_number,
    name: row.symbol,
    base: row.base,
    quote: row.quote,
    priceStep,
    quantityStep,
    minPrice: exactUnits(row.min_price, priceStep),
    maxPrice: exactUnits(row.max_price, priceStep),
    minQuantity: exactUnits(row.min_quantity, quantityStep),
    maxQuantity: exactUnits(row.max_quantity, quantityStep),
    minNotional: exactTickLots(row.min_notional, priceStep, quantityStep),
    priceBandBps: row.price_band_bps,
    referencePrice: row.reference_price === null ? 0 : exactUnits(row.reference_price, priceStep),
    sessionEndMinute: row.session_end_minute,
    maxOpenOrders: row.max_open_orders,
    status: symbolStatusOf(row.status),
  };
}

/** A stored amount in its step. The records hold multiples only: anything else is a broken invariant. */
export function exactUnits(amount: string, step: string): number {
  const units = parseUnits(amount, step);
  if (units < 0) throw new RangeError("a stored amount is no multiple of its step");
  return units;
}

/** A stored amount of quote in tick-lots. */
export function exactTickLots(amount: string, priceStep: string, quantityStep: string): bigint {
  const tickLots = parseTickLots(amount, priceStep, quantityStep);
  if (typeof tickLots !== "bigint")
    throw new RangeError("a stored amount of quote is no number of tick-lots");
  return tickLots;
}
