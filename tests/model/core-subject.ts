import type { Command, IdWords } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { ExtraDouble, ExtraWord } from "../../engine/core/order-extras.ts";
import { Place } from "../../engine/core/order-row.ts";
import { Side } from "../../engine/core/terms.ts";
import { idOf, type NaiveEvent, NO_ID } from "./naive-order.ts";
import { byId, type LevelView, type OrderView, type Subject } from "./subject.ts";

const NAMES_AN_ORDER = new Set<number>([EventType.Trade, EventType.Prevented]);
const NAMES_A_SYMBOL = new Set<number>([EventType.SymbolDefined, EventType.SymbolStatusChanged]);

/** The engine's core, asked only through what it offers to everybody. */
export class CoreSubject implements Subject {
  /** Can be replaced by one restored from its snapshot. */
  core: MatchingCore;
  readonly #words: IdWords = { a: 0, b: 0, c: 0, d: 0 };
  #named = new Map<string, number>();

  constructor(core: MatchingCore = new MatchingCore()) {
    this.core = core;
  }

  apply(command: Command): readonly NaiveEvent[] {
    this.core.apply(command);
    this.#named = new Map();
    const { events } = this.core;
    return Array.from({ length: events.count }, (_, at) => this.#event(at));
  }

  view(id: string): OrderView | undefined {
    const slot = this.#named.get(id) ?? this.#slotOf(id);
    return slot < 0 ? undefined : this.#view(slot);
  }

  live(): OrderView[] {
    const views: OrderView[] = [];
    for (let user = 0; user < this.core.users.used; user += 1) {
      if (this.core.users.openCount(user) === 0) continue;
      let slot = this.core.users.firstOrder(user);
      for (; slot >= 0; slot = this.core.users.nextOrder(slot)) views.push(this.#view(slot));
    }
    if (views.length !== this.core.openOrderCount) throw new Error("open orders are counted wrongly");
    return byId(views);
  }

  best(symbol: number, side: Side): bigint {
    return BigInt(side === Side.Buy ? this.core.bestBid(symbol) : this.core.bestAsk(symbol));
  }

  depth(symbol: number, side: Side): LevelView[] {
    const levels: LevelView[] = [];
    this.core.depth(symbol, side, Number.MAX_SAFE_INTEGER, (price, quantity, orders) => {
      const same =
        this.core.levelQuantity(symbol, side, price) === quantity &&
        this.core.levelOrders(symbol, side, price) === orders;
      if (!same) throw new Error(`the level at ${price} is told in two ways`);
      levels.push({ price: BigInt(price), quantity: BigInt(quantity), orders });
    });
    if (levels.length !== this.core.levelCount(symbol, side)) throw new Error("levels are counted wrongly");
    return levels;
  }

  queue(symbol: number, side: Side, price: bigint): string[] {
    const ids: string[] = [];
    this.core.resting(symbol, side, (slot) => {
      if (BigInt(this.core.orders.price(slot)) === price) ids.push(this.#id(slot));
    });
    return ids;
  }

  #slotOf(id: string): number {
    const word = (at: number): number => Number.parseInt(id.slice(at * 8, at * 8 + 8), 16);
    return this.core.slotOf({ a: word(0), b: word(1), c: word(2), d: word(3) });
  }

  #id(slot: number): string {
    return idOf(this.core.orders.readId(slot, this.#words));
  }

  #event(at: number): NaiveEvent {
    const { events } = this.core;
    const type = events.type[at] as EventType;
    const slot = events.slot[at] ?? -1;
    const other = events.other[at] ?? -1;
    return {
      type,
      order: slot < 0 ? "" : this.#name(slot),
      other: this.#other(type, other),
      price: BigInt(events.price[at] ?? -1),
      quantity: BigInt(events.quantity[at] ?? -1),
      code: events.code[at] ?? -1,
    };
  }

  #name(slot: number): string {
    const id = this.#id(slot);
    this.#named.set(id, slot);
    return id;
  }

  #other(type: EventType, other: number): string {
    if (NAMES_AN_ORDER.has(type)) return this.#name(other);
    if (NAMES_A_SYMBOL.has(type) || type === EventType.Amended) return String(other);
    if (type === EventType.UserSwitched) return this.core.users.name(other);
    return other === -1 ? "" : `unexpected ${other}`;
  }

  #view(slot: number): OrderView {
    const { core } = this;
    const { orders, extras } = core;
    const row = orders.extras(slot);
    const extra = (field: number): bigint => BigInt(row === 0 ? 0 : extras.double(row, field));
    return {
      id: this.#id(slot),
      clientOrderId: core.clientOrderId(slot),
      listId: this.#listId(row),
      userId: core.users.name(orders.userSlot(slot)),
      symbol: orders.symbol(slot),
      side: orders.side(slot),
      type: orders.type(slot),
      timeInForce: orders.timeInForce(slot),
      selfTradePrevention: orders.selfTradePrevention(slot),
      postOnly: orders.postOnly(slot),
      status: orders.status(slot),
      code: orders.code(slot),
      price: BigInt(orders.price(slot)),
      quantity: BigInt(orders.quantity(slot)),
      quoteQuantity: row === 0 ? 0n : extras.quoteQuantity(row),
      displayQuantity: extra(ExtraDouble.DisplayQuantity),
      stopPrice: extra(ExtraDouble.StopPrice),
      trailingDelta: BigInt(row === 0 ? 0 : extras.word(row, ExtraWord.TrailingDelta)),
      trailingAmount: extra(ExtraDouble.TrailingAmount),
      activationPrice: extra(ExtraDouble.ActivationPrice),
      expireAtMs: Number(extra(ExtraDouble.ExpireAt)),
      triggeredAtMs: Number(extra(ExtraDouble.TriggeredAt)),
      updatedSequence: orders.updatedSequence(slot),
      updatedAtMs: orders.updatedTimeMs(slot),
      filledQuantity: BigInt(orders.filled(slot)),
      preventedQuantity: extra(ExtraDouble.Prevented),
      filledQuote: orders.filledQuote(slot),
      remaining: BigInt(orders.remaining(slot)),
      visible: this.#visible(slot),
    };
  }

  #visible(slot: number): bigint {
    const { orders, extras } = this.core;
    if (orders.status(slot) >= 3 || orders.place(slot) !== Place.Book) return 0n;
    const row = orders.extras(slot);
    const isIceberg = row !== 0 && extras.double(row, ExtraDouble.DisplayQuantity) > 0;
    return BigInt(isIceberg ? extras.double(row, ExtraDouble.Shown) : orders.remaining(slot));
  }

  #listId(row: number): string {
    if (row === 0) return "";
    const word = (at: number): number => this.core.extras.word(row, ExtraWord.ListId + at) >>> 0;
    const id = idOf({ a: word(0), b: word(1), c: word(2), d: word(3) });
    return id === NO_ID ? "" : id;
  }
}
