import type { PlaceStep } from "./scenario.ts";

/**
 * What takes scenarios through an engine: `core-engine.ts` calls the core, `http-engine.ts` the public
 * API. Orders are named by the engine's own ids here; `book.ts` has the scenario's ids.
 */
export interface ScenarioEngine {
  /** An empty book of its own. */
  open(): Promise<EngineBook>;
}

export interface EngineBook {
  place(order: NewOrder): Promise<Placed>;
  /** The refusal's code, or null. */
  cancel(orderId: string, user: string): Promise<string | null>;
  /** Takes lots away; the order keeps its place. */
  reduce(orderId: string, user: string, qty: number): Promise<string | null>;
  /** Cancel and new order in one command; when either is refused the old order stays. */
  replace(orderId: string, user: string, order: NewOrder): Promise<Placed>;
  /** One order as it is now; null when it was never taken. */
  order(orderId: string): Promise<EngineOrder | null>;
  /** An id that no order has. */
  unknownId(): string;
  /** Everything as it is now. */
  look(): Promise<EngineLook>;
}

/** Ticks and lots. */
export interface NewOrder
  extends Pick<PlaceStep, "side" | "type" | "price" | "qty" | "displayQty" | "postOnly" | "stp"> {
  readonly user: string;
  readonly tif: PlaceStep["tif"];
  /** The scenario's id: unique among the user's open orders. */
  readonly clientOrderId: string;
}

export interface Placed {
  readonly orderId: string;
  /** The code of why it was refused or rejected, or null. */
  readonly refusal: string | null;
  /** It ended as a FOK that could not be filled. */
  readonly killed: boolean;
  /** As the taker, in order. */
  readonly trades: readonly EngineTrade[];
}

export interface EngineTrade {
  readonly makerOrderId: string;
  readonly price: number;
  readonly qty: number;
}

export interface EngineOrder {
  /** Ticks; null for a market order. */
  readonly price: number | null;
  /** Lots: total, executed, and what of the total is neither executed nor prevented. */
  readonly qty: number;
  readonly filled: number;
  readonly remaining: number;
  /** Tick-lots: the sum of price × quantity of its executions. */
  readonly cost: bigint;
  readonly status: OrderState;
}

/** `cancelled` is every end that is neither filled nor rejected: scenarios do not tell EXPIRED apart. */
export type OrderState = "open" | "filled" | "cancelled" | "rejected";

export interface EngineLook {
  readonly orders: ReadonlyMap<string, EngineOrder>;
  readonly bids: EngineSide;
  readonly asks: EngineSide;
  /** Ticks; null before the first trade. */
  readonly lastPrice: number | null;
  /** Where two ways to see the book do not agree; null where they do. */
  readonly contradiction: Contradiction | null;
}

/** The levels that follow from the open orders, and those of the public book. */
export interface Contradiction {
  readonly ofOrders: unknown;
  readonly ofBook: unknown;
}

/** Best first. */
export interface EngineSide {
  readonly levels: readonly LevelView[];
  /** Open orders, in queue order within a price. */
  readonly queue: readonly EngineQueued[];
}

/** Ticks; lots that show; orders at the price. */
export interface LevelView {
  readonly price: number;
  readonly qty: number;
  readonly orders: number;
}

export interface EngineQueued {
  readonly orderId: string;
  readonly price: number;
  /** Lots that show. */
  readonly visible: number;
}
