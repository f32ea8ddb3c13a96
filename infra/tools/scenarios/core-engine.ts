import { Code, codeName } from "../../../engine/core/codes.ts";
import { AmendField, Command, type IdWords } from "../../../engine/core/command.ts";
import { EventType } from "../../../engine/core/event.ts";
import { MatchingCore } from "../../../engine/core/matching-core.ts";
import { MAX_LOTS, MAX_TICKS, type SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import {
  CommandKind,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../../../engine/core/terms.ts";
import { formatId, makeId, parseId } from "../../../engine/ids.ts";
import { orderStateOf } from "../../../engine/order-state.ts";
import type { OrderState as CoreOrderState } from "../../../engine/outcome.ts";
import type {
  EngineBook,
  EngineLook,
  EngineOrder,
  EngineQueued,
  EngineSide,
  EngineTrade,
  LevelView,
  NewOrder,
  OrderState,
  Placed,
  ScenarioEngine,
} from "./engine.ts";

const SYMBOL = 1;

/** Widest limits, no band: a scenario's numbers are ticks and lots as they stand. */
const SPEC: SymbolSpec = {
  symbol: SYMBOL,
  name: "SCENARIO/TST",
  base: "SCENARIO",
  quote: "TST",
  priceStep: "1",
  quantityStep: "1",
  minPrice: 1,
  maxPrice: MAX_TICKS,
  minQuantity: 1,
  maxQuantity: MAX_LOTS,
  minNotional: 0n,
  priceBandBps: 0,
  referencePrice: 0,
  sessionEndMinute: 0,
  maxOpenOrders: 0,
  status: SymbolStatus.Active,
};

/** Where time begins: 2026-01-01, in milliseconds. Each command is a millisecond later. */
const FIRST_TIME_MS = 1_767_225_600_000;

/** Scenarios straight through the core: each gets a core of its own. */
export class CoreEngine implements ScenarioEngine {
  open(): Promise<EngineBook> {
    return Promise.resolve(new CoreBook());
  }
}

class CoreBook implements EngineBook {
  readonly #core = new MatchingCore();
  readonly #command = new Command();
  readonly #orders = new Map<string, CoreOrderState>();
  #sequence = 0;
  #ids = 0;

  constructor() {
    this.#begin(CommandKind.DefineSymbol, "");
    this.#command.spec = SPEC;
    const refusal = this.#apply();
    if (refusal !== null) throw new Error(`the core refuses the scenarios' symbol: ${refusal}`);
  }

  place(order: NewOrder): Promise<Placed> {
    return Promise.resolve(this.#enter(CommandKind.Place, order.user, order));
  }

  replace(orderId: string, user: string, order: NewOrder): Promise<Placed> {
    parseId(orderId, this.#command.target);
    this.#command.stopOnFailure = true;
    return Promise.resolve(this.#enter(CommandKind.Replace, user, order));
  }

  cancel(orderId: string, user: string): Promise<string | null> {
    this.#begin(CommandKind.Cancel, user);
    parseId(orderId, this.#command.target);
    return Promise.resolve(this.#apply());
  }

  reduce(orderId: string, user: string, qty: number): Promise<string | null> {
    if (!isHeld(qty)) return Promise.resolve(OUT_OF_RANGE);
    this.#begin(CommandKind.Amend, user);
    parseId(orderId, this.#command.target);
    this.#command.amendMask = AmendField.Quantity | AmendField.QuantityIsReduction;
    this.#command.order.quantity = qty;
    return Promise.resolve(this.#apply());
  }

  order(orderId: string): Promise<EngineOrder | null> {
    const state = this.#orders.get(orderId);
    return Promise.resolve(state === undefined ? null : engineOrder(state));
  }

  unknownId(): string {
    return this.#nextId();
  }

  look(): Promise<EngineLook> {
    const orders = new Map([...this.#orders].map(([orderId, state]) => [orderId, engineOrder(state)]));
    const lastPrice = this.#core.lastTradePrice(SYMBOL);
    return Promise.resolve({
      orders,
      bids: this.#side(Side.Buy),
      asks: this.#side(Side.Sell),
      lastPrice: lastPrice === 0 ? null : lastPrice,
      contradiction: null,
    });
  }

  /** A command that brings a new order in. */
  #enter(kind: Command["kind"], user: string, order: NewOrder): Placed {
    const orderId = this.#nextId();
    if (!isHeld(order.qty, order.price ?? 0, order.displayQty ?? 0)) {
      return { orderId, refusal: OUT_OF_RANGE, killed: false, trades: [] };
    }
    this.#begin(kind, user);
    const request = this.#command.order;
    parseId(orderId, request.id);
    request.clientOrderId = order.clientOrderId;
    request.side = order.side === "buy" ? Side.Buy : Side.Sell;
    request.type = order.type === "limit" ? OrderType.Limit : OrderType.Market;
    request.timeInForce = TIMES_IN_FORCE[order.tif];
    request.selfTradePrevention = SELF_TRADE_MODES[order.stp];
    request.postOnly = order.postOnly;
    request.price = order.price ?? 0;
    request.quantity = order.qty;
    request.displayQuantity = order.displayQty ?? 0;
    const refusal = this.#apply();
    const killed = this.#orders.get(orderId)?.code === Code.EXPIRED_FILL_OR_KILL;
    return { orderId, refusal, killed, trades: this.#trades() };
  }

  #side(side: Side): EngineSide {
    const levels: LevelView[] = [];
    this.#core.depth(SYMBOL, side, Number.MAX_SAFE_INTEGER, (price, qty, orders) => {
      levels.push({ price, qty, orders });
    });
    const queue: EngineQueued[] = [];
    this.#core.resting(SYMBOL, side, (slot, visible) => {
      queue.push({ orderId: this.#idOf(slot), price: this.#core.orders.price(slot), visible });
    });
    return { levels, queue };
  }

  #begin(kind: Command["kind"], user: string): void {
    this.#sequence += 1;
    const command = this.#command;
    command.kind = kind;
    command.sequence = this.#sequence;
    command.timeMs = FIRST_TIME_MS + this.#sequence;
    command.symbol = SYMBOL;
    command.userId = user;
    command.amendMask = 0;
    command.targetClientOrderId = "";
    parseId(this.#nextId(), command.id);
  }

  /** The code of the refusal or rejection, or null. Keeps the state of every order that is named. */
  #apply(): string | null {
    this.#core.apply(this.#command);
    const { events } = this.#core;
    let refusal: string | null = null;
    for (let at = 0; at < events.count; at += 1) {
      const type = events.type[at];
      if (type === EventType.Rejected || type === EventType.Refused)
        refusal = codeName(events.code[at] as number);
      if (type === EventType.Trade || type === EventType.Prevented) this.#keep(events.other[at] as number);
      this.#keep(events.slot[at] as number);
    }
    return refusal;
  }

  #keep(slot: number): void {
    if (slot < 0) return;
    const state = orderStateOf(this.#core, slot);
    this.#orders.set(state.orderId, state);
  }

  #trades(): EngineTrade[] {
    const { events } = this.#core;
    const trades: EngineTrade[] = [];
    for (let at = 0; at < events.count; at += 1) {
      if (events.type[at] !== EventType.Trade) continue;
      const makerOrderId = this.#idOf(events.slot[at] as number);
      trades.push({ makerOrderId, price: events.price[at] as number, qty: events.quantity[at] as number });
    }
    return trades;
  }

  #idOf(slot: number): string {
    return formatId(this.#core.orders.readId(slot, noId()));
  }

  #nextId(): string {
    this.#ids += 1;
    const random = new Uint8Array(8);
    new DataView(random.buffer).setUint32(4, this.#ids);
    return formatId(makeId(FIRST_TIME_MS, SYMBOL, random, noId()));
  }
}

const OUT_OF_RANGE = codeName(Code.AMOUNT_OUT_OF_RANGE);

/** What the edge lets through: the core takes whole numbers that a double holds. */
function isHeld(...amounts: readonly number[]): boolean {
  return amounts.every(Number.isSafeInteger);
}

const TIMES_IN_FORCE = {
  GTC: TimeInForce.Gtc,
  IOC: TimeInForce.Ioc,
  FOK: TimeInForce.Fok,
  DAY: TimeInForce.Day,
} as const;

const SELF_TRADE_MODES = {
  EXPIRE_TAKER: SelfTradePrevention.ExpireTaker,
  EXPIRE_MAKER: SelfTradePrevention.ExpireMaker,
  EXPIRE_BOTH: SelfTradePrevention.ExpireBoth,
  DECREMENT: SelfTradePrevention.Decrement,
  NONE: SelfTradePrevention.None,
} as const;

function noId(): IdWords {
  return { a: 0, b: 0, c: 0, d: 0 };
}

function engineOrder(state: CoreOrderState): EngineOrder {
  return {
    price: state.price === 0 ? null : state.price,
    qty: state.quantity,
    filled: state.filledQuantity,
    remaining: state.quantity - state.filledQuantity - state.preventedQuantity,
    cost: state.filledQuote,
    status: orderState(state.status),
  };
}

function orderState(status: OrderStatus): OrderState {
  switch (status) {
    case OrderStatus.Pending:
    case OrderStatus.Open:
    case OrderStatus.PartiallyFilled:
      return "open";
    case OrderStatus.Filled:
      return "filled";
    case OrderStatus.Cancelled:
    case OrderStatus.Expired:
      return "cancelled";
    case OrderStatus.Rejected:
      return "rejected";
  }
}
