import { formatTickLots, formatUnits } from "../../engine/core/decimal.ts";
import type { ListedSymbol } from "../ports.ts";
import type { SymbolBody } from "../schemas/market.ts";
import { symbolStatusName } from "../schemas/names.ts";

/** A pair as the API tells it. */
export function symbolBody({ spec, group }: ListedSymbol): SymbolBody {
  const { priceStep, quantityStep } = spec;
  return {
    symbol: spec.name,
    symbolNumber: spec.symbol,
    group,
    base: spec.base,
    quote: spec.quote,
    status: symbolStatusName(spec.status),
    priceStep,
    quantityStep,
    minPrice: formatUnits(spec.minPrice, priceStep),
    maxPrice: formatUnits(spec.maxPrice, priceStep),
    minQuantity: formatUnits(spec.minQuantity, quantityStep),
    maxQuantity: formatUnits(spec.maxQuantity, quantityStep),
    minNotional: formatTickLots(spec.minNotional, priceStep, quantityStep),
    priceBandBps: spec.priceBandBps,
    referencePrice: spec.referencePrice === 0 ? null : formatUnits(spec.referencePrice, priceStep),
    sessionEndMinute: spec.sessionEndMinute,
    maxOpenOrders: spec.maxOpenOrders,
  };
}
