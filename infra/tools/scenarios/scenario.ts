/**
 * A scenario: steps that an order book is taken through, and what must be seen after each. Prices
 * and quantities are whole numbers (ticks and lots). The ids are the scenario's own.
 */
export interface Scenario {
  readonly name: string;
  /** Line of its file, from 1. */
  readonly line: number;
  readonly steps: readonly Step[];
  /** What must be seen after the last step. */
  readonly expect: Expectation;
  /** Why its steps cannot be carried out; null when they can. */
  readonly fault: string | null;
}

export type Step = PlaceStep | CancelStep | ReduceStep | ReplaceStep;

interface StepBase {
  readonly id: string;
  /** Who gives the command; null: whoever owns the order (a new order then gets a user of its own). */
  readonly owner: string | null;
  readonly expect: Expectation;
}

export interface PlaceStep extends StepBase {
  readonly op: "place";
  readonly side: "buy" | "sell";
  readonly type: "limit" | "market";
  readonly tif: "GTC" | "IOC" | "FOK" | "DAY";
  /** Null for a market order. */
  readonly price: number | null;
  readonly qty: number;
  readonly displayQty: number | null;
  readonly postOnly: boolean;
  readonly stp: SelfTradeMode;
}

export type SelfTradeMode = "EXPIRE_TAKER" | "EXPIRE_MAKER" | "EXPIRE_BOTH" | "DECREMENT" | "NONE";

export interface CancelStep extends StepBase {
  readonly op: "cancel";
}

/** Takes `qty` away; the order keeps its place. */
export interface ReduceStep extends StepBase {
  readonly op: "reduce";
  readonly qty: number;
}

/** A cancel and a new order in one: always re-queued. */
export interface ReplaceStep extends StepBase {
  readonly op: "replace";
  /** Id from here on; null: keeps its own. */
  readonly newId: string | null;
  /** Null: keeps its price. */
  readonly price: number | null;
  /** New open quantity; null: `qty` says it, or it keeps what is open. */
  readonly remaining: number | null;
  /** New total, of which what is filled is a part. */
  readonly qty: number | null;
}

/** Key → what the scenario's author asserted; `check.ts` knows the keys. */
export type Expectation = Readonly<Record<string, unknown>>;

/** The file is not what it should be; the message names the line, from 1. */
export class MalformedScenarioError extends Error {
  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.name = "MalformedScenarioError";
  }
}
