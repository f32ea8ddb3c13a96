import { EventType } from "../../engine/core/event.ts";
import { OrderStatus, SelfTradePrevention, Side } from "../../engine/core/terms.ts";
import type { NaiveEvent } from "./naive-order.ts";
import type { OrderView, Subject } from "./subject.ts";

/**
 * What must hold after every command whatever it was, asked of one subject alone: a check that does
 * not depend on two implementations being wrong in different ways.
 */
export class Invariants {
  readonly #final = new Map<string, string>();
  /** Queues of the levels after the command before, by symbol, side and price. */
  #queues = new Map<string, readonly string[]>();
  readonly #fills = new Map<string, { quantity: bigint; quote: bigint }>();

  /** Throws with what is broken. */
  check(subject: Subject, events: readonly NaiveEvent[], symbols: readonly number[]): void {
    this.#checkTrades(subject, events);
    const live = subject.live();
    for (const order of live) this.#checkOrder(order, true);
    this.#checkEnded(subject, events, live);
    this.#checkBooks(subject, live, symbols);
    this.#checkPlaces(subject, events, symbols);
  }

  #checkTrades(subject: Subject, events: readonly NaiveEvent[]): void {
    for (const event of events) {
      if (event.type !== EventType.Trade) continue;
      const maker = seen(subject, event.order);
      const taker = seen(subject, event.other);
      holds(maker.id !== taker.id && maker.side !== taker.side, "a trade has two sides", event);
      holds(maker.symbol === taker.symbol, "a trade has one symbol", event);
      holds(event.price > 0n && event.quantity > 0n, "a trade has price and quantity", event);
      const free = taker.selfTradePrevention === SelfTradePrevention.None;
      holds(free || maker.userId !== taker.userId, "no self-trade where prevention is on", event);
      const { price } = taker;
      const within = price === 0n || (taker.side === Side.Buy ? event.price <= price : event.price >= price);
      holds(within, "no trade beyond the taker's limit", event);
      for (const order of [maker, taker]) {
        const fill = this.#fills.get(order.id) ?? { quantity: 0n, quote: 0n };
        this.#fills.set(order.id, {
          quantity: fill.quantity + event.quantity,
          quote: fill.quote + event.quantity * event.price,
        });
      }
    }
  }

  #checkOrder(order: OrderView, alive: boolean): void {
    const fill = this.#fills.get(order.id) ?? { quantity: 0n, quote: 0n };
    holds(order.filledQuantity === fill.quantity, "filled is the sum of the trades", order);
    holds(order.filledQuote === fill.quote, "filledQuote is the sum of the trades", order);
    if (order.quoteQuantity === 0n) {
      const parts = order.filledQuantity + order.preventedQuantity + order.remaining;
      holds(order.quantity === parts, "quantity = filled + prevented + remaining", order);
    } else {
      holds(order.filledQuote <= order.quoteQuantity, "no more quote than was asked for", order);
    }
    const isFinal = order.status >= OrderStatus.Filled;
    holds(isFinal !== alive, "live orders are not final, others are", order);
    holds(!this.#final.has(order.id) || !alive, "final states are final", order);
    if (order.status === OrderStatus.Filled) holds(order.remaining === 0n, "FILLED leaves nothing", order);
    if (order.status === OrderStatus.PartiallyFilled) {
      holds(order.filledQuantity > 0n && order.remaining > 0n, "PARTIALLY_FILLED is that", order);
    }
    if (order.status === OrderStatus.Open || order.status === OrderStatus.Pending) {
      holds(order.filledQuantity === 0n && order.remaining > 0n, "nothing filled yet", order);
    }
    const reasoned = isFinal && order.status !== OrderStatus.Filled;
    holds(reasoned === (order.code !== 0), "a code where something ended, none elsewhere", order);
  }

  #checkEnded(subject: Subject, events: readonly NaiveEvent[], live: readonly OrderView[]): void {
    const alive = new Set(live.map((order) => order.id));
    for (const event of events) {
      const names = event.type === EventType.Trade || event.type === EventType.Prevented;
      for (const id of names ? [event.order, event.other] : [event.order]) {
        if (id === "" || alive.has(id)) continue;
        const order = seen(subject, id);
        this.#checkOrder(order, false);
        const state = `${order.status}/${order.code}/${order.filledQuantity}`;
        const before = this.#final.get(id);
        holds(before === undefined || before === state, "final states are final", order);
        this.#final.set(id, state);
      }
    }
  }

  /**
   * First come, first served: who stood in a queue and was not moved (an amend that loses the place, the refresh of
   * an iceberg) stands in the same order, and before whoever is new.
   */
  #checkPlaces(subject: Subject, events: readonly NaiveEvent[], symbols: readonly number[]): void {
    const moved = new Set<string>();
    for (const event of events) {
      const lostPlace = event.type === EventType.Amended && event.other === "1";
      const isIceberg =
        event.type === EventType.Trade && (subject.view(event.order)?.displayQuantity ?? 0n) > 0n;
      if (lostPlace || isIceberg) moved.add(event.order);
    }
    const queues = new Map<string, readonly string[]>();
    for (const symbol of symbols) {
      for (const side of [Side.Buy, Side.Sell]) {
        for (const { price } of subject.depth(symbol, side)) {
          const key = `${symbol}/${side}/${price}`;
          const now = subject.queue(symbol, side, price);
          queues.set(key, now);
          const here = new Set(now);
          const stayed = (this.#queues.get(key) ?? []).filter((id) => here.has(id) && !moved.has(id));
          const fixed = now.filter((id) => !moved.has(id));
          const inPlace = stayed.every((id, index) => fixed[index] === id);
          holds(inPlace, "a queue keeps its order", { key, stayed, now });
        }
      }
    }
    this.#queues = queues;
  }

  #checkBooks(subject: Subject, live: readonly OrderView[], symbols: readonly number[]): void {
    const byId = new Map(live.map((order) => [order.id, order]));
    const placed = new Set<string>();
    for (const symbol of symbols) {
      const bid = subject.best(symbol, Side.Buy);
      const ask = subject.best(symbol, Side.Sell);
      holds(bid === 0n || ask === 0n || bid < ask, "a book is never crossed or locked", { symbol, bid, ask });
      for (const side of [Side.Buy, Side.Sell]) {
        const depth = subject.depth(symbol, side);
        holds(
          (depth[0]?.price ?? 0n) === subject.best(symbol, side),
          "the best price leads the depth",
          depth,
        );
        for (const level of depth) {
          const queue = subject.queue(symbol, side, level.price).map((id) => byId.get(id));
          holds(queue.length === level.orders, "a level counts its orders", { level, queue });
          let visible = 0n;
          for (const order of queue) {
            holds(order !== undefined, "what rests is live", level);
            if (order === undefined) continue;
            holds(!placed.has(order.id), "no order in two places", order);
            placed.add(order.id);
            const right = order.side === side && order.symbol === symbol && order.price === level.price;
            holds(right, "an order rests at its price", order);
            visible += order.visible;
            holds(
              order.visible > 0n && order.visible <= order.remaining,
              "an order shows what it has",
              order,
            );
          }
          holds(visible === level.quantity, "a level is the sum of its orders", { level, queue });
        }
      }
    }
    for (const order of live) {
      const waits = order.status === OrderStatus.Pending;
      holds(waits !== placed.has(order.id), "an order waits or rests, one of the two", order);
    }
  }
}

function seen(subject: Subject, id: string): OrderView {
  const order = subject.view(id);
  if (order === undefined) throw new Error(`an event names an order that nobody knows: ${id}`);
  return order;
}

function holds(condition: boolean, invariant: string, what: unknown): void {
  if (condition) return;
  const text = JSON.stringify(what, (_, value) => (typeof value === "bigint" ? String(value) : value));
  throw new Error(`broken: ${invariant}: ${text}`);
}
