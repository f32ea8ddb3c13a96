import type { Contradiction, EngineOrder, LevelView } from "./engine.ts";

/** What is to be seen of a book, by the scenario's own ids. */
export interface BookState {
  /** Every order of the scenario, by its id: the newest that had it. */
  readonly orders: ReadonlyMap<string, OrderView>;
  readonly bids: SideView;
  readonly asks: SideView;
  /** Ticks; null before the first trade. */
  readonly lastPrice: number | null;
  readonly contradiction: Contradiction | null;
}

export interface OrderView extends EngineOrder {
  readonly owner: string;
  readonly side: "buy" | "sell";
}

/** Best first. */
export interface SideView {
  readonly levels: readonly LevelView[];
  /** Open orders, in queue order within a price. */
  readonly queue: readonly QueuedOrder[];
}

export interface QueuedOrder {
  readonly id: string;
  readonly price: number;
  /** Lots that show. */
  readonly visible: number;
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
