import { SelfTradePrevention, Side } from "../../engine/core/terms.ts";
import { LARGEST, type NaiveOrder, reaches, remainingOf } from "./naive-order.ts";

/**
 * One taker against the orders that rest: the best price first, then the earliest arrival, found anew by
 * a scan at each step. A FOK's dry run is this very function on copies.
 */

/** Why a sweep ended: nothing left to do, its limit, no maker, the band, or self-trade prevention. */
export type SweepEnd = "filled" | "limit" | "book" | "band" | "prevented";

export interface SweepBounds {
  /** The taker's limit in ticks, 0n: none. */
  readonly limit: bigint;
  readonly beyondBand: (makerPrice: bigint) => boolean;
}

/** What the sweep tells as it goes; amounts and places are already changed when it does. */
export interface SweepListener {
  trade(maker: NaiveOrder, price: bigint, quantity: bigint): void;
  prevented(
    maker: NaiveOrder,
    quantity: bigint,
    ends: { readonly maker: boolean; readonly taker: boolean },
  ): void;
}

/** Source of arrivals: each refresh of an iceberg goes to the back of its price. */
export interface Arrivals {
  next: number;
}

const SILENT: SweepListener = { trade: () => undefined, prevented: () => undefined };

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

/** Resting orders that `side` would take from, best price first, then by arrival. */
export function makersFor(orders: readonly NaiveOrder[], symbol: number, side: Side): NaiveOrder[] {
  return orders
    .filter((order) => order.resting && order.symbol === symbol && order.side !== side)
    .sort((one, other) => {
      if (one.price === other.price) return one.arrival - other.arrival;
      const lower = one.price < other.price;
      return (side === Side.Buy) === lower ? -1 : 1;
    });
}

/** Lots that show of an order that comes to rest, or refreshes. */
export function slice(order: NaiveOrder): bigint {
  return order.displayQuantity > 0n ? smaller(order.displayQuantity, remainingOf(order)) : remainingOf(order);
}

function quoteLeft(taker: NaiveOrder): bigint {
  return taker.quoteQuantity - taker.filledQuote - taker.preventedQuote;
}

/** Lots that the taker could still take at `price`. */
function lotsThatFit(taker: NaiveOrder, price: bigint): bigint {
  if (taker.quoteQuantity === 0n) return remainingOf(taker);
  return smaller(quoteLeft(taker) / price, LARGEST);
}

export function sweep(
  orders: readonly NaiveOrder[],
  taker: NaiveOrder,
  bounds: SweepBounds,
  arrivals: Arrivals,
  listener: SweepListener,
): SweepEnd {
  for (;;) {
    const left = taker.quoteQuantity > 0n ? quoteLeft(taker) : remainingOf(taker);
    if (left === 0n) return "filled";
    const maker = makersFor(orders, taker.symbol, taker.side)[0];
    if (maker === undefined) return "book";
    if (bounds.limit > 0n && !reaches(taker.side, bounds.limit, maker.price)) return "limit";
    if (bounds.beyondBand(maker.price)) return "band";
    const fits = lotsThatFit(taker, maker.price);
    if (fits === 0n) return taker.filledQuantity > 0n ? "filled" : "book";

    const mode = taker.selfTradePrevention;
    if (maker.userId === taker.userId && mode !== SelfTradePrevention.None) {
      if (prevent(taker, maker, fits, listener)) return "prevented";
      continue;
    }
    trade(taker, maker, smaller(fits, maker.visible), arrivals, listener);
  }
}

function trade(
  taker: NaiveOrder,
  maker: NaiveOrder,
  quantity: bigint,
  arrivals: Arrivals,
  listener: SweepListener,
): void {
  for (const order of [maker, taker]) {
    order.filledQuantity += quantity;
    order.filledQuote += quantity * maker.price;
  }
  maker.visible -= quantity;
  if (remainingOf(maker) === 0n) {
    maker.resting = false;
  } else if (maker.visible === 0n) {
    maker.visible = slice(maker);
    maker.arrival = arrivals.next++;
  }
  listener.trade(maker, maker.price, quantity);
}

/** Returns true if the taker ends here. */
function prevent(taker: NaiveOrder, maker: NaiveOrder, fits: bigint, listener: SweepListener): boolean {
  const mode = taker.selfTradePrevention;
  let quantity = 0n;
  let makerEnds = mode === SelfTradePrevention.ExpireMaker || mode === SelfTradePrevention.ExpireBoth;
  let takerEnds = mode === SelfTradePrevention.ExpireTaker || mode === SelfTradePrevention.ExpireBoth;
  if (mode === SelfTradePrevention.Decrement) {
    quantity = smaller(fits, remainingOf(maker));
    takerEnds = quantity === fits;
    makerEnds = quantity === remainingOf(maker);
    maker.preventedQuantity += quantity;
    taker.preventedQuantity += quantity;
    if (taker.quoteQuantity > 0n) taker.preventedQuote += quantity * maker.price;
    maker.visible = smaller(maker.visible, remainingOf(maker));
  }
  if (makerEnds) maker.resting = false;
  listener.prevented(maker, quantity, { maker: makerEnds, taker: takerEnds });
  return takerEnds;
}

/** FOK: would this sweep fill the taker whole? Nothing is changed. */
export function isFeasible(
  orders: readonly NaiveOrder[],
  taker: NaiveOrder,
  bounds: SweepBounds,
  arrivals: Arrivals,
): boolean {
  const mode = taker.selfTradePrevention;
  const ownOrderEndsIt = mode === SelfTradePrevention.ExpireBoth || mode === SelfTradePrevention.Decrement;
  const dryTaker = {
    ...taker,
    selfTradePrevention: ownOrderEndsIt ? SelfTradePrevention.ExpireTaker : mode,
  };
  const copies = orders.map((order) => ({ ...order }));
  return sweep(copies, dryTaker, bounds, { ...arrivals }, SILENT) === "filled";
}
