import type { SymbolStatus } from "./terms.ts";

/**
 * A trading pair as the core knows it. Integers only: prices in ticks (multiples of `priceStep`),
 * quantities in lots (multiples of `quantityStep`), notionals and quote amounts in tick-lots
 * (price × quantity), a `bigint` because they pass 2^53. Steps are decimal strings and never change
 * after definition, since every resting order is counted in them.
 */
export interface SymbolSpec {
  /** Number of the pair, 1…65,535, unique across groups; part of every order id. */
  readonly symbol: number;
  /** `BTC/USDT` */
  readonly name: string;
  readonly base: string;
  readonly quote: string;
  /** Size of one tick and one lot: decimal strings above zero, e.g. "0.01". */
  readonly priceStep: string;
  readonly quantityStep: string;
  /** Ticks, 1…2^53−1. */
  readonly minPrice: number;
  readonly maxPrice: number;
  /** Lots, 1…2^53−1. */
  readonly minQuantity: number;
  readonly maxQuantity: number;
  /** Tick-lots; 0n: none. */
  readonly minNotional: bigint;
  /** Width of the price band either side of the reference, basis points; 0: none. */
  readonly priceBandBps: number;
  /** Ticks; the band's reference until the first trade; 0: none. */
  readonly referencePrice: number;
  /** End of the trading day, minutes after 00:00 UTC, 0…1,439. */
  readonly sessionEndMinute: number;
  /** Open orders that a user may have in this symbol; 0: no limit. */
  readonly maxOpenOrders: number;
  readonly status: SymbolStatus;
}

/** Largest price in ticks and quantity in lots that the representation holds exactly. */
export const MAX_TICKS = Number.MAX_SAFE_INTEGER;
export const MAX_LOTS = Number.MAX_SAFE_INTEGER;
