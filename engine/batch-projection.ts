import type { BookChanges } from "./book-changes.ts";
import { Code } from "./core/codes.ts";
import type { Command } from "./core/command.ts";
import { EventType } from "./core/event.ts";
import type { MatchingCore } from "./core/matching-core.ts";
import type { SymbolSpec } from "./core/symbol-spec.ts";
import { OrderStatus, Side } from "./core/terms.ts";
import { formatId, idTimeMs, makeTradeId } from "./ids.ts";
import { orderStateOf } from "./order-state.ts";
import type { CommitBatch, OrderRecord, TradeRecord } from "./ports.ts";
import type { TouchedOrders } from "./wire/touched-orders.ts";

export type RecordChanges = Pick<CommitBatch, "entered" | "changed" | "ended" | "trades" | "symbols">;

/**
 * What one batch changes in the records and in the books, gathered command by command out of the core's
 * events. Of each order only its state at the end of the batch counts: one that ends is written down at
 * once (its row may be used again by the next command), one that lives at the end of the batch.
 */
export class BatchProjection {
  readonly #books: BookChanges;
  #entered: OrderRecord[] = [];
  #ended: OrderRecord[] = [];
  #trades: TradeRecord[] = [];
  /** Live orders that were touched, by slot: whether they entered in this batch. */
  readonly #live = new Map<number, boolean>();
  readonly #symbols = new Set<number>();
  readonly #id = { a: 0, b: 0, c: 0, d: 0 };

  constructor(books: BookChanges) {
    this.#books = books;
  }

  /** Adds what a command did that the core has just applied. */
  add(core: MatchingCore, command: Command, groupNumber: number, touched: TouchedOrders): void {
    for (let index = 0; index < touched.count; index++) this.#addOrder(core, command, touched.slots[index]!);
    const { events } = core;
    let place = 0;
    for (let at = 0; at < events.count; at++) {
      switch (events.type[at]) {
        case EventType.Trade:
          this.#addTrade(core, command, groupNumber, at, place);
          place += 1;
          break;
        case EventType.Amended:
          // The level that it left; the one where it stands is touched with the order.
          this.#touchLevel(core, events.slot[at]!, events.price[at]!);
          break;
        case EventType.SymbolDefined:
        case EventType.SymbolStatusChanged:
          this.#symbols.add(events.other[at]!);
          this.#books.touchSymbol(events.other[at]!);
          break;
      }
    }
  }

  /** Everything since the last time, with the live orders as they are now; starts over. */
  take(core: MatchingCore): RecordChanges {
    const changed: OrderRecord[] = [];
    for (const [slot, entered] of this.#live) {
      (entered ? this.#entered : changed).push(this.#record(core, slot));
    }
    const symbols: SymbolSpec[] = [];
    for (const number of this.#symbols) {
      const spec = core.symbol(number);
      if (spec !== undefined) symbols.push(spec);
    }
    const changes = { entered: this.#entered, changed, ended: this.#ended, trades: this.#trades, symbols };
    this.#entered = [];
    this.#ended = [];
    this.#trades = [];
    this.#live.clear();
    this.#symbols.clear();
    return changes;
  }

  #addOrder(core: MatchingCore, command: Command, slot: number): void {
    const { orders } = core;
    const status = orders.status(slot);
    if (status === OrderStatus.Rejected && !isKept(orders.code(slot))) return;
    this.#touchLevel(core, slot, orders.price(slot));
    const entersNow = orders.placedSequence(slot) === command.sequence;
    if (status < OrderStatus.Filled) {
      if (entersNow) this.#live.set(slot, true);
      else if (!this.#live.has(slot)) this.#live.set(slot, false);
      return;
    }
    const entered = entersNow || this.#live.get(slot) === true;
    this.#live.delete(slot);
    (entered ? this.#entered : this.#ended).push(this.#record(core, slot));
  }

  #addTrade(core: MatchingCore, command: Command, groupNumber: number, at: number, place: number): void {
    const { events, orders } = core;
    const maker = events.slot[at]!;
    const taker = events.other[at]!;
    const takerSide = orders.side(taker);
    const [buy, sell] = takerSide === Side.Buy ? [taker, maker] : [maker, taker];
    const symbol = orders.symbol(maker);
    const trade = {
      tradeId: formatId(makeTradeId(command.timeMs, groupNumber, command.sequence, place, this.#id)),
      price: events.price[at]!,
      quantity: events.quantity[at]!,
      takerSide,
      executedAtMs: command.timeMs,
    };
    this.#books.trade(symbol, trade);
    this.#trades.push({
      ...trade,
      symbol,
      buyOrderId: formatId(orders.readId(buy, this.#id)),
      sellOrderId: formatId(orders.readId(sell, this.#id)),
      buyerUserId: core.users.name(orders.userSlot(buy)),
      sellerUserId: core.users.name(orders.userSlot(sell)),
      sequence: command.sequence,
    });
  }

  #touchLevel(core: MatchingCore, slot: number, price: number): void {
    this.#books.touch(core.orders.symbol(slot), core.orders.side(slot), price);
  }

  #record(core: MatchingCore, slot: number): OrderRecord {
    return {
      state: orderStateOf(core, slot),
      createdAtMs: idTimeMs(core.orders.readId(slot, this.#id)),
    };
  }
}

/**
 * Every order that was refused is kept in the records, but for two that have no place there: one of a
 * symbol that nobody knows, and one whose id is another order's. The journal has them.
 */
function isKept(code: number): boolean {
  return code !== Code.UNKNOWN_SYMBOL && code !== Code.DUPLICATE_ORDER_ID;
}
