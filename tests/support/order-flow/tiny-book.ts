/**
 * A strict price-time book in a few obvious lines, to compare real runs with: arrays of orders in the
 * order of their arrival, looked through from the front each time. It shares nothing with the engine.
 */
export interface TinyOrder {
  readonly id: string;
  readonly side: "buy" | "sell";
  readonly price: number;
  remaining: number;
}

export interface TinyTrade {
  readonly taker: string;
  readonly maker: string;
  readonly price: number;
  readonly qty: number;
}

export class TinyBook {
  readonly trades: TinyTrade[] = [];
  #resting: TinyOrder[] = [];

  place(order: TinyOrder, rests: boolean): void {
    const crosses = (maker: TinyOrder) =>
      maker.side !== order.side &&
      (order.side === "buy" ? maker.price <= order.price : maker.price >= order.price);
    while (order.remaining > 0) {
      const makers = this.#resting.filter(crosses);
      if (makers.length === 0) break;
      const maker = makers.reduce((best, other) => (isBetter(other, best) ? other : best));
      const qty = Math.min(maker.remaining, order.remaining);
      this.trades.push({ taker: order.id, maker: maker.id, price: maker.price, qty });
      this.take(maker.id, qty);
      order.remaining -= qty;
    }
    if (rests && order.remaining > 0) this.#resting.push(order);
  }

  /** Takes lots off an order, which keeps its place; with nothing left it is gone. */
  take(id: string, qty: number): void {
    const order = this.#resting.find((one) => one.id === id);
    if (order !== undefined) order.remaining -= qty;
    this.#resting = this.#resting.filter(({ remaining }) => remaining > 0);
  }

  /** Bids, then asks; best price first, by arrival within a price. */
  orders(): TinyOrder[] {
    return [...this.#resting].sort((one, other) => {
      if (one.side !== other.side) return one.side === "buy" ? -1 : 1;
      return isBetter(one, other) ? -1 : isBetter(other, one) ? 1 : 0;
    });
  }
}

/** By price alone: `sort` and `reduce` keep arrival among equals. */
function isBetter(one: TinyOrder, other: TinyOrder): boolean {
  return one.side === "buy" ? one.price > other.price : one.price < other.price;
}
