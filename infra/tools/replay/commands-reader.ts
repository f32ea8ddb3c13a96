import { type FlowCommand, type FlowReader, MalformedLineError } from "./flow-command.ts";

/**
 * Reads `commands.jsonl`: one JSON object a line, `place` (id, side, type, tif, price, qty), `cancel`
 * (id) and `reduce` (id, qty). What else an object holds (expected trades, a cancel's quantity) is
 * for other readers.
 */
export class CommandsReader implements FlowReader {
  readonly leftOut: ReadonlyMap<string, number> = new Map();

  line(text: string, number: number): FlowCommand[] {
    if (text.trim() === "") return [];
    return [parseCommand(text, number)];
  }

  end(): FlowCommand[] {
    return [];
  }
}

function parseCommand(text: string, line: number): FlowCommand {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedLineError(line, "not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedLineError(line, "not a JSON object");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const id = idOf(fields["id"], line);
  const ts = timeOf(fields["ts"], line);
  switch (fields["op"]) {
    case "place":
      return parsePlace(fields, id, ts, line);
    case "cancel":
      return { op: "cancel", line, ts, id };
    case "reduce":
      return { op: "reduce", line, ts, id, qty: positive(fields["qty"], "qty", line) };
    default:
      throw new MalformedLineError(line, `unknown op ${shown(fields["op"])}`);
  }
}

function parsePlace(
  fields: Readonly<Record<string, unknown>>,
  id: string,
  ts: string,
  line: number,
): FlowCommand {
  const side = oneOf(fields["side"], ["buy", "sell"] as const, "side", line);
  const type = oneOf(fields["type"] ?? "limit", ["limit", "market"] as const, "type", line);
  const tif = oneOf(
    fields["tif"] ?? (type === "market" ? "IOC" : "GTC"),
    ["GTC", "IOC", "FOK"] as const,
    "tif",
    line,
  );
  const qty = positive(fields["qty"], "qty", line);
  const price = type === "market" ? null : positive(fields["price"], "price", line);
  return { op: "place", line, ts, id, side, type, tif, price, qty };
}

function idOf(value: unknown, line: number): string {
  const id = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id !== "string" || !/^[A-Za-z0-9._-]{1,32}$/.test(id)) {
    throw new MalformedLineError(line, `not an id: ${shown(value)}`);
  }
  return id;
}

function timeOf(value: unknown, line: number): string {
  if (value === undefined || value === null) return "";
  const text = String(value);
  if (!/^\d{1,15}(\.\d{1,12})?$/.test(text))
    throw new MalformedLineError(line, `not a time: ${shown(value)}`);
  return text;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], what: string, line: number): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new MalformedLineError(line, `${what} is none of ${allowed.join(", ")}: ${shown(value)}`);
  }
  return found;
}

function positive(value: unknown, what: string, line: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0) {
    throw new MalformedLineError(line, `${what} is no whole number above zero: ${shown(value)}`);
  }
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
