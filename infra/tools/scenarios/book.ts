import type { BookState, OrderView, SideView, StepOutcome } from "./book-state.ts";
import type { EngineBook, EngineOrder, EngineSide, NewOrder, Placed } from "./engine.ts";
import type { CancelStep, PlaceStep, ReduceStep, ReplaceStep } from "./scenario.ts";

/** One id of a scenario, and the engine's orders that it stood for. */
interface NamedOrder {
  readonly owner: string;
  /** What it was placed with; a replacement keeps what it does not change. */
  readonly terms: NewOrder;
  /** The engine's id of the order that it stands for now. */
  readonly orderId: string;
  /** What orders before it under the same id had executed. */
  readonly earlier: { readonly filled: number; readonly cost: bigint };
  /** It ended by a replacement that left nothing open: its total is then what it had executed. */
  readonly closedByReplacement: boolean;
}

/**
 * A scenario's book: its ids over the engine's. A replacement is a new order to the engine and the
 * same one to the scenario, so executions are summed over both.
 */
export class ScenarioBook {
  readonly #engine: EngineBook;
  readonly #orders = new Map<string, NamedOrder>();
  readonly #idOf = new Map<string, string>();

  constructor(engine: EngineBook) {
    this.#engine = engine;
  }

  async place(step: PlaceStep): Promise<StepOutcome> {
    const owner = step.owner ?? `own-${step.id}`;
    const terms: NewOrder = { ...termsOf(step), user: owner, clientOrderId: step.id };
    const placed = await this.#engine.place(terms);
    // An id that an open order has stays that order's.
    if (placed.refusal === null || !(await this.#isOpen(step.id))) {
      this.#name(step.id, placed.orderId, terms, NOTHING_EARLIER);
    }
    return this.#outcome(step.id, placed);
  }

  async cancel(step: CancelStep): Promise<StepOutcome> {
    const { orderId, user } = this.#target(step);
    return changed(await this.#engine.cancel(orderId, user));
  }

  async reduce(step: ReduceStep): Promise<StepOutcome> {
    const { orderId, user } = this.#target(step);
    return changed(await this.#engine.reduce(orderId, user, step.qty));
  }

  async replace(step: ReplaceStep): Promise<StepOutcome> {
    const { orderId, user } = this.#target(step);
    const named = this.#orders.get(step.id);
    const old = await this.#engine.order(orderId);
    // Refusing an order that is unknown, ended or another's is the engine's part.
    if (named === undefined || old?.status !== "open" || user !== named.owner) {
      return changed(await this.#engine.cancel(orderId, user));
    }
    const filled = named.earlier.filled + old.filled;
    const open = step.remaining ?? (step.qty === null ? old.remaining : step.qty - filled);
    if (open <= 0) {
      const refusal = await this.#engine.cancel(orderId, user);
      if (refusal === null) this.#orders.set(step.id, { ...named, closedByReplacement: true });
      return changed(refusal);
    }
    const id = step.newId ?? step.id;
    const price = step.price ?? named.terms.price;
    const terms: NewOrder = { ...named.terms, clientOrderId: id, price, qty: open };
    const placed = await this.#engine.replace(orderId, user, terms);
    if (placed.refusal === null) {
      const earlier = id === step.id ? { filled, cost: named.earlier.cost + old.cost } : NOTHING_EARLIER;
      this.#name(id, placed.orderId, terms, earlier);
    }
    return this.#outcome(id, placed);
  }

  async state(): Promise<BookState> {
    const look = await this.#engine.look();
    const orders = new Map<string, OrderView>();
    for (const [id, named] of this.#orders) {
      const order = look.orders.get(named.orderId) ?? neverTaken(named);
      orders.set(id, viewOf(named, order));
    }
    return {
      orders,
      bids: this.#side(look.bids),
      asks: this.#side(look.asks),
      lastPrice: look.lastPrice,
      contradiction: look.contradiction,
    };
  }

  #name(id: string, orderId: string, terms: NewOrder, earlier: NamedOrder["earlier"]): void {
    this.#idOf.set(orderId, id);
    this.#orders.set(id, { owner: terms.user, terms, orderId, earlier, closedByReplacement: false });
  }

  async #isOpen(id: string): Promise<boolean> {
    const named = this.#orders.get(id);
    return named !== undefined && (await this.#engine.order(named.orderId))?.status === "open";
  }

  /** Whom the step is from and what about: its owner, else the order's. */
  #target(step: CancelStep | ReduceStep | ReplaceStep): { orderId: string; user: string } {
    const named = this.#orders.get(step.id);
    return {
      orderId: named?.orderId ?? this.#engine.unknownId(),
      user: step.owner ?? named?.owner ?? `own-${step.id}`,
    };
  }

  #outcome(taker: string, placed: Placed): StepOutcome {
    const trades = placed.trades.map(({ makerOrderId, price, qty }) => ({
      maker: this.#nameOf(makerOrderId),
      taker,
      price,
      qty,
    }));
    return { refusal: placed.refusal, killed: placed.killed, trades };
  }

  #side(side: EngineSide): SideView {
    const queue = side.queue.map(({ orderId, price, visible }) => ({
      id: this.#nameOf(orderId),
      price,
      visible,
    }));
    return { levels: side.levels, queue };
  }

  #nameOf(orderId: string): string {
    return this.#idOf.get(orderId) ?? `(not of the scenario: ${orderId})`;
  }
}

const NOTHING_EARLIER = { filled: 0, cost: 0n };

function changed(refusal: string | null): StepOutcome {
  return { refusal, killed: false, trades: [] };
}

/** MARKET takes IOC and FOK only: what it cannot fill never rests. */
function termsOf(step: PlaceStep): Omit<NewOrder, "user" | "clientOrderId"> {
  const { side, type, price, qty, displayQty, postOnly, stp } = step;
  const tif = type === "market" && step.tif !== "FOK" ? "IOC" : step.tif;
  return { side, type, tif, price, qty, displayQty, postOnly, stp };
}

function viewOf(named: NamedOrder, order: EngineOrder): OrderView {
  const filled = named.earlier.filled + order.filled;
  return {
    owner: named.owner,
    side: named.terms.side,
    price: order.price,
    qty: named.closedByReplacement ? filled : named.earlier.filled + order.qty,
    filled,
    remaining: named.closedByReplacement ? 0 : order.remaining,
    cost: named.earlier.cost + order.cost,
    status: order.status,
  };
}

/** An order that the engine refused without keeping it. */
function neverTaken({ terms }: NamedOrder): EngineOrder {
  const { price, qty } = terms;
  return { price, qty, filled: 0, remaining: qty, cost: 0n, status: "rejected" };
}
