import { bandHighest, bandLowest } from "./check-order.ts";
import { isStep } from "./decimal.ts";
import type { Levels } from "./levels.ts";
import type { SymbolSpec } from "./symbol-spec.ts";
import { MAX_LOTS, MAX_TICKS } from "./symbol-spec.ts";
import type { SymbolStatus } from "./terms.ts";
import { type Side, SymbolStatus as Status } from "./terms.ts";
import type { TrailingStops } from "./trailing-stops.ts";

const PAGE_SHIFT = 8;
const PAGE_MASK = (1 << PAGE_SHIFT) - 1;
const MAX_BAND_BPS = 1_000_000;
const MAX_SYMBOL = 65_535;

/** Places in {@link SymbolState.numbers}. */
const LAST_TRADE = 0;
const BAND_LOW = 1;
const BAND_HIGH = 2;
const BAND_REFERENCE = 3;

/** Places in {@link SymbolState.limits}. */
export const LOWEST_PRICE = 0;
export const HIGHEST_PRICE = 1;
export const LOWEST_QUANTITY = 2;
export const HIGHEST_QUANTITY = 3;

/** One symbol: its definition, its four sides, its last trade and its band. */
export class SymbolState {
  spec: SymbolSpec;
  readonly number: number;
  /** The sides of its book: asks are bids + 1, so that a side's number (terms.ts) is added, not branched on. */
  readonly bids: number;
  readonly asks: number;
  /** Waiting for a last trade price at or above their key, and at or below. */
  readonly rise: number;
  readonly fall: number;
  /** True when orders are counted against a limit. */
  readonly limited: boolean;
  /** Active trailing stops by side (terms.ts), null before the first. */
  trailing: readonly [TrailingStops, TrailingStops] | null = null;
  readonly #numbers = new Float64Array([0, 0, MAX_TICKS, 0]);
  /** Of a LIMIT order: ticks, filters and band together, and lots. */
  readonly limits: Float64Array;

  constructor(spec: SymbolSpec, levels: Levels) {
    this.spec = spec;
    this.number = spec.symbol;
    this.limited = spec.maxOpenOrders > 0;
    this.limits = new Float64Array([spec.minPrice, spec.maxPrice, spec.minQuantity, spec.maxQuantity]);
    this.bids = levels.addSide(false);
    this.asks = levels.addSide(true);
    this.rise = levels.addSide(true);
    this.fall = levels.addSide(false);
  }

  /** Ticks; 0 before the first trade. */
  get lastTrade(): number {
    return this.#numbers[LAST_TRADE]!;
  }

  set lastTrade(price: number) {
    this.#numbers[LAST_TRADE] = price;
  }

  /** Bounds in ticks, inclusive, as {@link fixBand} left them. */
  get bandLow(): number {
    return this.#numbers[BAND_LOW]!;
  }

  get bandHigh(): number {
    return this.#numbers[BAND_HIGH]!;
  }

  /** Fixes the band for the command that begins: from the last trade, else the symbol's reference. */
  fixBand(): void {
    const bps = this.spec.priceBandBps;
    if (bps === 0) return;
    const reference = this.lastTrade !== 0 ? this.lastTrade : this.spec.referencePrice;
    if (reference === this.#numbers[BAND_REFERENCE]) return;
    this.#numbers[BAND_REFERENCE] = reference;
    this.#numbers[BAND_LOW] = bandLowest(reference, bps);
    this.#numbers[BAND_HIGH] = bandHighest(reference, bps);
    this.limits[LOWEST_PRICE] = Math.max(this.spec.minPrice, this.bandLow);
    this.limits[HIGHEST_PRICE] = Math.min(this.spec.maxPrice, this.bandHigh);
  }

  /** Its bids or asks. */
  sideOf(side: Side): number {
    return this.bids + side;
  }

  setStatus(status: SymbolStatus): void {
    this.spec = { ...this.spec, status };
  }
}

/** Symbols by number and by name. */
export class SymbolTable {
  readonly #pages: (SymbolState | undefined)[][] = [];
  readonly #names = new Set<string>();
  readonly #all: SymbolState[] = [];

  get(number: number): SymbolState | undefined {
    return this.#pages[number >>> PAGE_SHIFT]?.[number & PAGE_MASK];
  }

  hasName(name: string): boolean {
    return this.#names.has(name);
  }

  /** In the order of their definition. */
  all(): readonly SymbolState[] {
    return this.#all;
  }

  add(state: SymbolState): void {
    const page = state.number >>> PAGE_SHIFT;
    while (this.#pages.length <= page) {
      this.#pages.push(new Array<SymbolState | undefined>(PAGE_MASK + 1).fill(undefined));
    }
    this.#pages[page]![state.number & PAGE_MASK] = state;
    this.#names.add(state.spec.name);
    this.#all.push(state);
  }
}

/** False when a definition has a bound that no order could meet or that cannot be represented. */
export function isSaneSpec(spec: SymbolSpec): boolean {
  return (
    isIn(spec.symbol, 1, MAX_SYMBOL) &&
    spec.name.length > 0 &&
    isStep(spec.priceStep) &&
    isStep(spec.quantityStep) &&
    isIn(spec.minPrice, 1, spec.maxPrice) &&
    isIn(spec.maxPrice, 1, MAX_TICKS) &&
    isIn(spec.minQuantity, 1, spec.maxQuantity) &&
    isIn(spec.maxQuantity, 1, MAX_LOTS) &&
    spec.minNotional >= 0n &&
    isIn(spec.priceBandBps, 0, MAX_BAND_BPS) &&
    isIn(spec.referencePrice, 0, MAX_TICKS) &&
    isIn(spec.sessionEndMinute, 0, 1_439) &&
    isIn(spec.maxOpenOrders, 0, 0x7fff_ffff) &&
    isIn(spec.status, Status.Active, Status.Delisted)
  );
}

function isIn(value: number, lowest: number, highest: number): boolean {
  return Number.isSafeInteger(value) && value >= lowest && value <= highest;
}
