import { type FlowCommand, type FlowReader, MalformedLineError } from "./flow-command.ts";

/**
 * Reads LOBSTER's message files: time (seconds after midnight), type, order id, size, price × 10,000,
 * direction (1 buy, −1 sell: of the resting order).
 *
 * | type | becomes |
 * |---|---|
 * | 1 new | a GTC limit order |
 * | 2 partial cancel | reduce |
 * | 3 cancel | cancel |
 * | 4 visible execution | part of one IOC order from the other side: executions with one time and one direction that follow each other are one run; its price is the run's worst, its quantity the sum, its id T1, T2, … in order |
 * | 5 hidden execution, 6 cross, 7 halt | nothing (but it ends a run) |
 *
 * What speaks of an order that this file has not placed (it came before the file begins) is left out;
 * such an execution does not end the run that it stands in. These rules make of a day exactly the
 * commands that its `commands.jsonl` lists.
 */
export class LobsterReader implements FlowReader {
  readonly leftOut = new Map<string, number>();
  readonly #placed = new Set<string>();
  #run: Run | null = null;
  #runs = 0;

  line(text: string, number: number): FlowCommand[] {
    if (text.trim() === "") return [];
    if (number === 1 && /^"?time"?,/i.test(text)) return [];
    const message = parseMessage(text, number);
    if (message.type === NEW) {
      this.#placed.add(message.id);
      const { ts, id, qty, price } = message;
      const side = message.direction === 1 ? "buy" : "sell";
      return this.#after({ op: "place", line: number, ts, id, side, type: "limit", tif: "GTC", price, qty });
    }
    if (message.type > EXECUTION) return this.#leaveOut(LEFT_OUT_TYPES[message.type] as string);
    if (!this.#placed.has(message.id)) {
      const commands = this.#continues(message) ? [] : this.end();
      this.#count("of orders not placed in this file");
      return commands;
    }
    if (message.type === EXECUTION) return this.#execution(message, number);
    const { ts, id, qty } = message;
    return this.#after(
      message.type === PARTIAL_CANCEL
        ? { op: "reduce", line: number, ts, id, qty }
        : { op: "cancel", line: number, ts, id },
    );
  }

  end(): FlowCommand[] {
    const run = this.#run;
    if (run === null) return [];
    this.#run = null;
    this.#runs += 1;
    return [
      {
        op: "place",
        line: run.line,
        ts: run.ts,
        id: `T${this.#runs}`,
        side: run.direction === 1 ? "sell" : "buy",
        type: "limit",
        tif: "IOC",
        price: run.price,
        qty: run.qty,
      },
    ];
  }

  #after(command: FlowCommand): FlowCommand[] {
    const commands = this.end();
    commands.push(command);
    return commands;
  }

  #leaveOut(reason: string): FlowCommand[] {
    this.#count(reason);
    return this.end();
  }

  #count(reason: string): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + 1);
  }

  #continues(message: Message): boolean {
    const run = this.#run;
    return (
      message.type === EXECUTION &&
      run !== null &&
      run.ts === message.ts &&
      run.direction === message.direction
    );
  }

  #execution(message: Message, line: number): FlowCommand[] {
    const { ts, direction, price, qty } = message;
    const run = this.#run;
    if (run === null || !this.#continues(message)) {
      const commands = this.end();
      this.#run = { line, ts, direction, price, qty };
      return commands;
    }
    // A taker that sells to resting bids walks down, one that buys walks up.
    run.price = direction === 1 ? Math.min(run.price, price) : Math.max(run.price, price);
    run.qty += qty;
    return [];
  }
}

const NEW = 1;
const PARTIAL_CANCEL = 2;
const EXECUTION = 4;

const LEFT_OUT_TYPES: Readonly<Record<number, string>> = {
  5: "hidden executions",
  6: "auction crosses",
  7: "trading halts",
};

interface Message {
  readonly ts: string;
  readonly type: number;
  readonly id: string;
  readonly qty: number;
  readonly price: number;
  readonly direction: number;
}

interface Run {
  readonly line: number;
  readonly ts: string;
  readonly direction: number;
  price: number;
  qty: number;
}

function parseMessage(text: string, line: number): Message {
  const fields = text.split(",");
  if (fields.length !== 6) throw new MalformedLineError(line, `6 fields expected, ${fields.length} found`);
  const [ts = "", typeText = "", id = "", qtyText = "", priceText = "", directionText = ""] = fields.map(
    (field) => field.trim(),
  );
  if (!/^\d{1,6}(\.\d{1,12})?$/.test(ts)) throw new MalformedLineError(line, `not a time: ${quoted(ts)}`);
  if (!/^[1-7]$/.test(typeText)) throw new MalformedLineError(line, `not a type 1 to 7: ${quoted(typeText)}`);
  const type = Number(typeText);
  // What is left out anyway has its own idea of ids, prices and directions.
  if (type > EXECUTION) return { ts, type, id, qty: 0, price: 0, direction: 0 };
  if (!/^\d{1,20}$/.test(id)) throw new MalformedLineError(line, `not an order id: ${quoted(id)}`);
  if (directionText !== "1" && directionText !== "-1") {
    throw new MalformedLineError(line, `not a direction 1 or -1: ${quoted(directionText)}`);
  }
  const qty = positive(qtyText, "size", line);
  const price = positive(priceText, "price", line);
  return { ts, type, id, qty, price, direction: Number(directionText) };
}

function positive(text: string, what: string, line: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (value <= 0 || !Number.isSafeInteger(value)) {
    throw new MalformedLineError(line, `${what} is no whole number above zero: ${quoted(text)}`);
  }
  return value;
}

/** The text for a message: bounded, and with nothing in it that a terminal would obey. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
