import { Side } from "./core/terms.ts";
import type { BookLevel, BookUpdate, MarketTrade } from "./ports.ts";

/** What of the core's books an update is made of. Levels hold visible quantity only. */
export interface BookView {
  levelQuantity(symbol: number, side: Side, price: number): number;
  levelOrders(symbol: number, side: Side, price: number): number;
  /** Best first. */
  depth(
    symbol: number,
    side: Side,
    limit: number,
    visit: (price: number, quantity: number, orders: number) => void,
  ): void;
}

interface Touched {
  readonly bids: Set<number>;
  readonly asks: Set<number>;
  readonly trades: MarketTrade[];
}

/** Where an update belongs: at the end of which batch. */
export interface BookMoment {
  readonly group: string;
  readonly timeline: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly timeMs: number;
}

/**
 * Collects which levels the commands of one batch may have changed, and turns them into one update a
 * symbol at its end. Naming a level that did not change does no harm: an update gives what is there.
 * Each update names the one before it, so that a reader sees when one is missing.
 */
export class BookChanges {
  readonly #touched = new Map<number, Touched>();
  /** Sequence of each symbol's last update. */
  readonly #last = new Map<number, number>();

  touch(symbol: number, side: Side, price: number): void {
    if (price === 0) return;
    const touched = this.#of(symbol);
    (side === Side.Buy ? touched.bids : touched.asks).add(price);
  }

  trade(symbol: number, trade: MarketTrade): void {
    this.#of(symbol).trades.push(trade);
  }

  /** A symbol whose status or definition changed: its readers hear of it by an update without levels. */
  touchSymbol(symbol: number): void {
    this.#of(symbol);
  }

  /**
   * The batch's updates, out of the books as they are now, with whole books for the symbols in `whole`;
   * starts over.
   */
  take(view: BookView, moment: BookMoment, whole: ReadonlySet<number>): BookUpdate[] {
    const updates: BookUpdate[] = [];
    for (const symbol of whole) updates.push(this.#full(view, symbol, moment));
    for (const [symbol, touched] of this.#touched) {
      if (whole.has(symbol)) continue;
      updates.push({
        ...moment,
        symbol,
        previousSequence: this.#last.get(symbol) ?? 0,
        full: false,
        bids: levels(view, symbol, Side.Buy, touched.bids),
        asks: levels(view, symbol, Side.Sell, touched.asks),
        trades: touched.trades,
      });
      this.#last.set(symbol, moment.sequence);
    }
    this.#touched.clear();
    return updates;
  }

  #full(view: BookView, symbol: number, moment: BookMoment): BookUpdate {
    this.#last.set(symbol, moment.sequence);
    return {
      ...moment,
      symbol,
      previousSequence: 0,
      full: true,
      bids: wholeSide(view, symbol, Side.Buy),
      asks: wholeSide(view, symbol, Side.Sell),
      trades: this.#touched.get(symbol)?.trades ?? [],
    };
  }

  #of(symbol: number): Touched {
    let touched = this.#touched.get(symbol);
    if (touched === undefined) {
      touched = { bids: new Set(), asks: new Set(), trades: [] };
      this.#touched.set(symbol, touched);
    }
    return touched;
  }
}

function wholeSide(view: BookView, symbol: number, side: Side): BookLevel[] {
  const result: BookLevel[] = [];
  view.depth(symbol, side, Number.MAX_SAFE_INTEGER, (price, quantity, orders) => {
    result.push({ price, quantity, orders });
  });
  return result;
}

function levels(view: BookView, symbol: number, side: Side, prices: ReadonlySet<number>): BookLevel[] {
  const result: BookLevel[] = [];
  for (const price of prices) {
    result.push({
      price,
      quantity: view.levelQuantity(symbol, side, price),
      orders: view.levelOrders(symbol, side, price),
    });
  }
  return result;
}
