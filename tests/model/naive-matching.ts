import { Code } from "../../engine/core/codes.ts";
import { EventType } from "../../engine/core/event.ts";
import { OrderStatus, OrderType, Side, TimeInForce } from "../../engine/core/terms.ts";
import { beyondBand, insideBand, isImmediate, stopHolds, trailingHolds, wouldMatch } from "./naive-checks.ts";
import {
  isConditional,
  LARGEST,
  type NaiveEvent,
  type NaiveOrder,
  type NaiveSymbol,
  remainingOf,
} from "./naive-order.ts";
import { type Arrivals, isFeasible, type SweepBounds, type SweepEnd, slice, sweep } from "./naive-sweep.ts";

/**
 * The live orders of all symbols, and everything that happens to them once they are accepted: sweeps,
 * resting, triggers, ends. What may enter is decided by naive-twin.ts.
 */
export class NaiveMatching {
  readonly symbols = new Map<number, NaiveSymbol>();
  /** Open and waiting orders, in no order that matters. */
  live: NaiveOrder[] = [];
  /** Of the command in hand. */
  events: NaiveEvent[] = [];
  /** Every order that the command in hand names, ended ones too. */
  named = new Map<string, NaiveOrder>();
  timeMs = 0;
  readonly #arrivals: Arrivals = { next: 1 };
  /** Trades that the conditional orders have not looked at yet. */
  #trades: { readonly symbol: number; readonly price: bigint }[] = [];
  /** Triggered, not yet entered. */
  readonly #queue: NaiveOrder[] = [];
  /** The band's reference, fixed for the whole command. */
  #reference = 0n;

  begin(timeMs: number, symbol: number): void {
    this.events = [];
    this.named = new Map();
    this.timeMs = timeMs;
    this.#reference = this.referenceOf(symbol);
  }

  /** The last trade's price, else the symbol's own reference, else 0n: no band. */
  referenceOf(symbol: number): bigint {
    const market = this.symbols.get(symbol);
    if (market === undefined) return 0n;
    return market.last > 0n ? market.last : BigInt(market.spec.referencePrice);
  }

  emit(
    type: EventType,
    order: NaiveOrder | null,
    rest: Partial<Omit<NaiveEvent, "type" | "order">> = {},
  ): void {
    if (order !== null) this.named.set(order.id, order);
    this.events.push({ type, order: order?.id ?? "", other: "", price: 0n, quantity: 0n, code: 0, ...rest });
  }

  /** An order that passed every check: it is told, and waits, matches or rests. */
  accept(order: NaiveOrder): void {
    this.live.push(order);
    this.emit(EventType.Accepted, order, { price: order.price, quantity: order.quantity });
    if (isConditional(order.type)) order.waiting = true;
    else this.enter(order);
  }

  rest(order: NaiveOrder): void {
    order.status = order.filledQuantity > 0n ? OrderStatus.PartiallyFilled : OrderStatus.Open;
    order.resting = true;
    order.visible = slice(order);
    order.arrival = this.#arrivals.next++;
  }

  /**
   * Sweep, then rest or end. The caller has asked whether a postOnly order would match. MARKET and what
   * has just triggered stop at the band; the limit of everything else was held against it when it was given.
   */
  enter(order: NaiveOrder, justTriggered = false): void {
    order.status = OrderStatus.Open;
    order.resting = false;
    const banded = justTriggered || order.price === 0n;
    const bounds = this.#boundsOf(order, banded);
    if (order.timeInForce === TimeInForce.Fok && !isFeasible(this.live, order, bounds, this.#arrivals)) {
      this.end(order, OrderStatus.Expired, Code.EXPIRED_FILL_OR_KILL);
      return;
    }
    const ended = sweep(this.live, order, bounds, this.#arrivals, {
      trade: (maker, price, quantity) => this.#traded(maker, order, price, quantity),
      prevented: (maker, quantity, ends) => this.#prevented(maker, order, quantity, ends),
    });
    this.#settle(order, ended, banded);
  }

  /**
   * Trade by trade, what the command's trades activate and trigger; then the triggered orders enter one by
   * one, and what the trades of each trigger goes to the end of the queue.
   */
  runTriggers(): void {
    this.#lookAtTrades();
    for (let order = this.#queue.shift(); order !== undefined; order = this.#queue.shift()) {
      this.#enterTriggered(order);
      this.#lookAtTrades();
    }
  }

  #enterTriggered(order: NaiveOrder): void {
    const rests = order.price > 0n && !isImmediate(order.timeInForce);
    if (rests && this.isSideFull(order.symbol, order.side, remainingOf(order), this.live)) {
      this.#refuseTriggered(order, Code.AMOUNT_OUT_OF_RANGE);
    } else if (order.postOnly && wouldMatch(this.live, order.symbol, order.side, order.price)) {
      this.#refuseTriggered(order, Code.POST_ONLY_WOULD_CROSS);
    } else this.enter(order, true);
  }

  #refuseTriggered(order: NaiveOrder, code: Code): void {
    this.#remove(order);
    this.reject(order, code);
  }

  /** Told as Rejected, kept with its code. */
  reject(order: NaiveOrder, code: Code): void {
    order.status = OrderStatus.Rejected;
    order.code = code;
    this.emit(EventType.Rejected, order, { price: order.price, quantity: order.quantity, code });
  }

  /** Would `more` lots take a side's open quantity past what a number holds exactly? */
  isSideFull(symbol: number, side: Side, more: bigint, orders: readonly NaiveOrder[]): boolean {
    const resting = orders.filter((one) => one.resting && one.symbol === symbol && one.side === side);
    return resting.reduce((sum, one) => sum + remainingOf(one), more) > LARGEST;
  }

  /** Ends a live order and, unless told otherwise, the other leg of its list. */
  end(order: NaiveOrder, status: OrderStatus, code: Code, alone = false): void {
    order.status = status;
    order.code = code;
    this.#remove(order);
    this.emit(EventType.Ended, order, { price: order.price, quantity: remainingOf(order), code });
    if (!alone) this.#endSibling(order);
  }

  /** An order that is filled without a trade of its own: an amend to what it had. */
  fill(order: NaiveOrder): void {
    order.status = OrderStatus.Filled;
    this.#remove(order);
  }

  siblingOf(order: NaiveOrder): NaiveOrder | undefined {
    if (order.listId === "") return undefined;
    return this.live.find((other) => other !== order && other.listId === order.listId);
  }

  #endSibling(order: NaiveOrder): void {
    const sibling = this.siblingOf(order);
    if (sibling !== undefined) this.end(sibling, OrderStatus.Expired, Code.EXPIRED_BY_LIST, true);
  }

  #remove(order: NaiveOrder): void {
    order.resting = false;
    order.waiting = false;
    this.live = this.live.filter((other) => other !== order);
  }

  #boundsOf(order: NaiveOrder, banded: boolean): SweepBounds {
    const bandBps = this.#market(order).spec.priceBandBps;
    return {
      limit: order.price,
      beyondBand: (price) => banded && beyondBand(order.side, price, this.#reference, bandBps),
    };
  }

  #settle(order: NaiveOrder, ended: SweepEnd, banded: boolean): void {
    if (ended === "prevented") return;
    if (ended === "filled") {
      this.fill(order);
      return;
    }
    const { priceBandBps } = this.#market(order).spec;
    if (order.price === 0n) {
      const code = ended === "band" ? Code.EXPIRED_PRICE_BAND : Code.EXPIRED_NO_LIQUIDITY;
      this.end(order, OrderStatus.Expired, code);
    } else if (banded && !insideBand(order.price, this.#reference, priceBandBps)) {
      this.end(order, OrderStatus.Expired, Code.EXPIRED_PRICE_BAND);
    } else if (order.timeInForce === TimeInForce.Ioc) {
      this.end(order, OrderStatus.Expired, Code.EXPIRED_IMMEDIATE_OR_CANCEL);
    } else {
      this.rest(order);
    }
  }

  #traded(maker: NaiveOrder, taker: NaiveOrder, price: bigint, quantity: bigint): void {
    for (const order of [maker, taker]) order.status = OrderStatus.PartiallyFilled;
    this.named.set(taker.id, taker);
    this.emit(EventType.Trade, maker, { other: taker.id, price, quantity });
    if (!maker.resting) this.fill(maker);
    this.#endSibling(maker);
    this.#endSibling(taker);
    this.#trades.push({ symbol: maker.symbol, price });
  }

  #prevented(
    maker: NaiveOrder,
    taker: NaiveOrder,
    quantity: bigint,
    ends: { readonly maker: boolean; readonly taker: boolean },
  ): void {
    this.named.set(taker.id, taker);
    if (quantity > 0n) {
      this.emit(EventType.Prevented, maker, { other: taker.id, price: maker.price, quantity });
    }
    for (const [order, ending] of [
      [maker, ends.maker],
      [taker, ends.taker],
    ] as const) {
      if (ending) this.end(order, OrderStatus.Expired, Code.EXPIRED_SELF_TRADE_PREVENTION);
      else if (quantity > 0n) this.#endSibling(order);
    }
  }

  /** Every waiting order looks at every trade, by when it was placed. */
  #lookAtTrades(): void {
    const trades = this.#trades;
    this.#trades = [];
    for (const { symbol, price } of trades) {
      const market = this.symbols.get(symbol);
      if (market !== undefined) market.last = price;
      const waiting = this.live
        .filter((order) => order.symbol === symbol && order.waiting)
        .sort((one, other) => one.place - other.place);
      for (const order of waiting) {
        if (order.type !== OrderType.TrailingStop) {
          if (stopHolds(order.side, order.stopPrice, price)) this.#trigger(order, price);
        } else if (!order.active) {
          this.#activate(order, price);
        } else {
          const better = order.side === Side.Sell ? price > order.extreme : price < order.extreme;
          if (better) order.extreme = price;
          if (trailingHolds(order, price)) this.#trigger(order, price);
        }
      }
    }
  }

  #trigger(order: NaiveOrder, price: bigint): void {
    order.waiting = false;
    order.triggeredAtMs = this.timeMs;
    this.emit(EventType.Triggered, order, { price });
    this.#endSibling(order);
    this.#queue.push(order);
  }

  #activate(order: NaiveOrder, price: bigint): void {
    const { side, activationPrice } = order;
    const reached = side === Side.Sell ? price >= activationPrice : price <= activationPrice;
    if (activationPrice > 0n && !reached) return;
    order.active = true;
    order.extreme = price;
    this.emit(EventType.Activated, order, { price });
  }

  #market(order: NaiveOrder): NaiveSymbol {
    const market = this.symbols.get(order.symbol);
    if (market === undefined) throw new Error("an order of no symbol");
    return market;
  }
}
