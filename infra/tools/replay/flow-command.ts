/**
 * One command of a recorded order flow, as both file formats give it. Amounts stay the file's own
 * integers (a price is an integer over `priceScale`); `decimal-price.ts` makes decimals of them.
 */
export type FlowCommand = FlowPlace | FlowCancel | FlowReduce;

interface FlowBase {
  /** Line of the file, from 1; of a run of executions, its first. */
  readonly line: number;
  /** Seconds after midnight, as written; "" when the file has none. */
  readonly ts: string;
  /** The file's own id of the order. */
  readonly id: string;
}

export interface FlowPlace extends FlowBase {
  readonly op: "place";
  readonly side: "buy" | "sell";
  readonly type: "limit" | "market";
  readonly tif: "GTC" | "IOC" | "FOK";
  /** The file's integer; null for a market order. */
  readonly price: number | null;
  /** The file's integer, above zero. */
  readonly qty: number;
}

export interface FlowCancel extends FlowBase {
  readonly op: "cancel";
}

/** Takes `qty` away from an open order, which keeps its place. */
export interface FlowReduce extends FlowBase {
  readonly op: "reduce";
  readonly qty: number;
}

/** A line that is not what its format says; `line` counts from 1. */
export class MalformedLineError extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.name = "MalformedLineError";
    this.line = line;
  }
}

/** Turns lines into commands; one reader per file, since executions are gathered over lines. */
export interface FlowReader {
  /** Commands that this line completes; throws a MalformedLineError and stays usable. */
  line(text: string, number: number): FlowCommand[];
  /** Commands that the end of the file completes. */
  end(): FlowCommand[];
  /** Lines read that are no command, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
}
