import type { CancelStep, PlaceStep, ReduceStep, ReplaceStep, Scenario } from "./scenario.ts";

/** What takes scenarios through an engine: `core-driver.ts` calls the core, `http-driver.ts` the public API. */
export interface ScenarioDriver {
  /** A book of its own for the scenario, empty. */
  open(scenario: Scenario): Promise<ScenarioBook>;
}

export interface ScenarioBook {
  place(step: PlaceStep): Promise<StepOutcome>;
  cancel(step: CancelStep): Promise<StepOutcome>;
  reduce(step: ReduceStep): Promise<StepOutcome>;
  replace(step: ReplaceStep): Promise<StepOutcome>;
  /** Everything that is to be seen now. */
  state(): Promise<BookState>;
}

export interface StepOutcome {
  /** The engine's code, when it refused the command or rejected the order. */
  readonly refusal: string | null;
  /** The order ended as a FOK that could not be filled. */
  readonly killed: boolean;
  /** All trades of the command, in order. */
  readonly trades: readonly ScenarioTrade[];
}

/** Scenario ids; ticks and lots. */
export interface ScenarioTrade {
  readonly maker: string;
  readonly taker: string;
  readonly price: number;
  readonly qty: number;
}

/** Best first. `null`: not observable. */
export interface BookState {
  /** Every order of the scenario, by its id: the newest that had it. */
  readonly orders: ReadonlyMap<string, OrderView>;
  readonly bids: SideView;
  readonly asks: SideView;
  /** Ticks; null before the first trade. */
  readonly lastPrice: number | null;
}

export interface SideView {
  readonly levels: readonly LevelView[];
  /** Open orders, best price first, in queue order within a price; null where nobody can know it. */
  readonly queue: readonly QueuedOrder[] | null;
}

/** Ticks; lots that show; orders at the price. */
export interface LevelView {
  readonly price: number;
  readonly qty: number;
  readonly orders: number;
}

export interface QueuedOrder {
  readonly id: string;
  readonly price: number;
  /** Lots that show, and all lots left. */
  readonly visible: number;
  readonly remaining: number;
}

export interface OrderView {
  readonly owner: string;
  readonly side: "buy" | "sell";
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
