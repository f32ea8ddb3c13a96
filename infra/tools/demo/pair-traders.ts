import { formatUnits, parseUnits } from "../../../engine/core/decimal.ts";
import type { SymbolBody } from "../api-client/endpoints.ts";
import { FairPrice } from "./fair-price.ts";
import type { DemoMarket } from "./markets.ts";
import type { Random } from "./random.ts";

/** One user's commands, in the order they are to be carried out. */
export interface DemoBatch {
  readonly userId: string;
  readonly items: readonly object[];
}

type Side = "BUY" | "SELL";

/** Levels that the two makers keep on each side. */
const LEVELS = 22;
/** The nearest ones, which follow the price at once. */
const NEAR_LEVELS = 5;
const MAKERS = ["maker-1", "maker-2"] as const;
const TAKERS = ["taker-1", "taker-2", "taker-3"] as const;

/** Everybody who trades here. */
export const DEMO_USERS = [...MAKERS, ...TAKERS, "iceberg-1", "trend-1"] as const;

/**
 * The simulated traders of one pair: makers who keep levels on both sides of what they think fair, takers who go to
 * where it has moved and others who just trade, somebody with a large order of which little shows, somebody with stops.
 */
export class PairTraders {
  readonly #random: Random;
  readonly #market: DemoMarket;
  readonly #pair: SymbolBody;
  readonly #gap: number;
  readonly #unit: number;
  readonly #fair: FairPrice;
  #step = 0;

  /** @param lastPrice of the last trade; null where there was none */
  constructor(random: Random, market: DemoMarket, pair: SymbolBody, lastPrice: string | null) {
    this.#random = random;
    this.#market = market;
    this.#pair = pair;
    this.#gap = parseUnits(market.levelGap, pair.priceStep);
    this.#unit = parseUnits(market.sizeUnit, pair.quantityStep);
    const start = parseUnits(lastPrice ?? market.startPrice, pair.priceStep);
    this.#fair = new FairPrice(random, start, this.#gap);
  }

  /** What everybody does next; the batches are to be sent in this order. */
  next(): DemoBatch[] {
    const isFirst = this.#step === 0;
    this.#step += 1;
    this.#fair.advance();
    const batches = [this.#followPrice(), this.#quotes(MAKERS[0], isFirst), this.#quotes(MAKERS[1], isFirst)];
    if (!isFirst) batches.push(this.#justTrade());
    if (this.#step % 25 === 2) batches.push(this.#iceberg());
    if (this.#step % 40 === 3) batches.push(this.#stops());
    return batches.filter(({ items }) => items.length > 0);
  }

  /** Moves a maker's levels to where the price is: the nearest ones, and some of the others in turn. */
  #quotes(userId: (typeof MAKERS)[number], all: boolean): DemoBatch {
    const cancels: object[] = [];
    const places: object[] = [];
    const offset = MAKERS.indexOf(userId);
    for (let level = 0; level < LEVELS; level += 1) {
      const isTurn = level < NEAR_LEVELS ? this.#random.oneIn(2) : this.#random.oneIn(9);
      if (!all && !isTurn) continue;
      for (const side of ["BUY", "SELL"] as const) {
        const clientOrderId = `${side === "BUY" ? "b" : "s"}${level}`;
        if (!all) cancels.push({ op: "cancel", symbol: this.#market.symbol, clientOrderId });
        // Levels stand closer near the middle, and the two makers' ones between each other's.
        const distance = Math.round(
          this.#gap * (0.6 + offset * 0.5 + level * (1 + level / 14)) + this.#random.between(0, this.#gap),
        );
        const size = this.#size(1 + Math.floor(level / 2));
        places.push({
          ...this.#limit(side, this.#away(side, distance), size),
          postOnly: true,
          clientOrderId,
        });
      }
    }
    // What stands in the way of the new levels goes first.
    return { userId, items: [...cancels, ...places] };
  }

  /** Takes what stands at a better price than the fair one. */
  #followPrice(): DemoBatch {
    const userId = this.#random.pick(TAKERS);
    const sides = this.#random.oneIn(2) ? (["BUY", "SELL"] as const) : (["SELL", "BUY"] as const);
    const items = sides.map((side) => ({
      ...this.#limit(side, this.#fair.ticks, this.#size(6)),
      timeInForce: "IOC",
    }));
    return { userId, items: this.#step === 1 ? [] : items };
  }

  #justTrade(): DemoBatch {
    const userId = this.#random.pick(TAKERS);
    const count = this.#random.between(0, 2);
    const items = Array.from({ length: count }, () => ({
      symbol: this.#market.symbol,
      side: this.#anySide(),
      type: "MARKET",
      quantity: this.#size(this.#random.oneIn(12) ? 14 : 2),
    }));
    return { userId, items };
  }

  #iceberg(): DemoBatch {
    const side = this.#anySide();
    const size = this.#random.between(60, 120) * this.#unit;
    const item = {
      ...this.#limit(side, this.#away(side, this.#gap * this.#random.between(2, 5)), this.#quantity(size)),
      displayQuantity: this.#quantity(Math.max(this.#unit, Math.floor(size / 20 / this.#unit) * this.#unit)),
      clientOrderId: "iceberg",
    };
    const cancel = { op: "cancel", symbol: this.#market.symbol, clientOrderId: "iceberg" };
    return { userId: "iceberg-1", items: [cancel, item] };
  }

  #stops(): DemoBatch {
    const items = (["BUY", "SELL"] as const).flatMap((side) => {
      const clientOrderId = `stop-${side.toLowerCase()}`;
      const ahead = this.#gap * this.#random.between(12, 30) * (side === "BUY" ? 1 : -1);
      return [
        { op: "cancel", symbol: this.#market.symbol, clientOrderId },
        {
          symbol: this.#market.symbol,
          side,
          type: "STOP",
          stopPrice: this.#price(this.#fair.ticks + ahead),
          quantity: this.#size(8),
          clientOrderId,
        },
      ];
    });
    return { userId: "trend-1", items };
  }

  #limit(side: Side, ticks: number, quantity: string) {
    return { symbol: this.#market.symbol, side, type: "LIMIT", price: this.#price(ticks), quantity };
  }

  /** A price on its own side of the fair one. */
  #away(side: Side, distance: number): number {
    return this.#fair.ticks + (side === "BUY" ? -distance : distance);
  }

  #price(ticks: number): string {
    return formatUnits(Math.max(1, ticks), this.#pair.priceStep);
  }

  /** Many small ones and a few large ones, up to about eight times `usual`. */
  #size(usual: number): string {
    const share = this.#random.next();
    const units = Math.max(1, Math.round(usual * (0.3 + 4 * share ** 3) * (this.#random.oneIn(18) ? 3 : 1)));
    // Not all are round: people also sell what is left.
    const odd = this.#random.oneIn(2) ? this.#random.between(0, Math.floor(this.#unit / 2)) : 0;
    return this.#quantity(units * this.#unit + odd);
  }

  #quantity(lots: number): string {
    return formatUnits(lots, this.#pair.quantityStep);
  }

  #anySide(): Side {
    return this.#random.oneIn(2) ? "BUY" : "SELL";
  }
}
