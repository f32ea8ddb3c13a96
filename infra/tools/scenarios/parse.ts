import {
  type Expectation,
  MalformedScenarioError,
  type PlaceStep,
  type ReplaceStep,
  type Scenario,
  type SelfTradeMode,
  type Step,
} from "./scenario.ts";
import { inWholeLots } from "./whole-lots.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Scenarios of a JSONL text, one a line; blank lines are passed over. A scenario with a step that is not
 * understood is kept with its `fault`, so that one of them does not hide the others.
 * @throws MalformedScenarioError naming the line, when it is no scenario at all
 */
export function parseScenarios(text: string): Scenario[] {
  const scenarios: Scenario[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() !== "") scenarios.push(parseScenario(line, index + 1));
  });
  return scenarios;
}

function parseScenario(text: string, line: number): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedScenarioError(line, "not JSON");
  }
  const at = new Place(line, null);
  const fields = inWholeLots(at.object(value, "the scenario"));
  const { steps } = fields;
  if (!Array.isArray(steps)) throw at.fault("steps is no list");
  const name = typeof fields["name"] === "string" ? fields["name"] : `line ${line}`;
  try {
    return {
      name,
      line,
      steps: steps.map((step, index) => parseStep(step, new Place(line, index + 1))),
      expect: expectationOf(fields["expect"], at),
      fault: null,
    };
  } catch (error) {
    if (!(error instanceof MalformedScenarioError)) throw error;
    return { name, line, steps: [], expect: {}, fault: error.message };
  }
}

/** Where in the file a fault is. */
class Place {
  readonly #line: number;
  readonly #step: number | null;
  constructor(line: number, step: number | null) {
    this.#line = line;
    this.#step = step;
  }
  fault(reason: string): MalformedScenarioError {
    return new MalformedScenarioError(
      this.#line,
      this.#step === null ? reason : `step ${this.#step}: ${reason}`,
    );
  }
  object(value: unknown, what: string): Fields {
    if (isObject(value)) return value;
    throw this.fault(`${what} is no object`);
  }
}

function parseStep(value: unknown, at: Place): Step {
  const fields = at.object(value, "the step");
  const base = {
    id: idOf(fields["id"], "id", at),
    owner: isGiven(fields["owner"]) ? idOf(fields["owner"], "owner", at) : null,
    expect: expectationOf(fields["expect"], at),
  };
  switch (fields["op"]) {
    case "place":
      return { ...base, ...placeOf(fields, at) };
    case "cancel":
      return { ...base, op: "cancel" };
    case "reduce":
      return { ...base, op: "reduce", qty: wholeOf(fields["qty"], "qty", at) };
    case "replace":
      return { ...base, ...replaceOf(fields, at) };
    default:
      throw at.fault(`unknown op ${JSON.stringify(fields["op"])}`);
  }
}

function placeOf(fields: Fields, at: Place): Omit<PlaceStep, "id" | "owner" | "expect"> {
  const type = wordOf(fields["type"] ?? "limit", ["limit", "market"] as const, "type", at);
  return {
    op: "place",
    side: wordOf(fields["side"], ["buy", "sell"] as const, "side", at),
    type,
    tif: wordOf(fields["tif"] ?? "GTC", ["GTC", "IOC", "FOK", "DAY"] as const, "tif", at),
    price: type === "market" ? null : wholeOf(fields["price"], "price", at),
    qty: wholeOf(fields["qty"], "qty", at),
    displayQty: isGiven(fields["displayQty"]) ? wholeOf(fields["displayQty"], "displayQty", at) : null,
    postOnly: fields["postOnly"] === true,
    stp: selfTradeModeOf(fields["stp"], at),
  };
}

function replaceOf(fields: Fields, at: Place): Omit<ReplaceStep, "id" | "owner" | "expect"> {
  const optional = (key: string) => (isGiven(fields[key]) ? wholeOf(fields[key], key, at) : null);
  return {
    op: "replace",
    newId: isGiven(fields["newId"]) ? idOf(fields["newId"], "newId", at) : null,
    price: optional("price"),
    remaining: optional("remaining"),
    qty: optional("qty"),
  };
}

/** Venues' names for the same five modes. */
const SELF_TRADE_WORDS: Readonly<Record<string, SelfTradeMode>> = {
  none: "NONE",
  off: "NONE",
  allow: "NONE",
  expire_taker: "EXPIRE_TAKER",
  cancel_taker: "EXPIRE_TAKER",
  cancel_newest: "EXPIRE_TAKER",
  cancel_new: "EXPIRE_TAKER",
  cancel_aggressor: "EXPIRE_TAKER",
  cn: "EXPIRE_TAKER",
  cancel_incoming: "EXPIRE_TAKER",
  expire_maker: "EXPIRE_MAKER",
  cancel_maker: "EXPIRE_MAKER",
  cancel_oldest: "EXPIRE_MAKER",
  cancel_old: "EXPIRE_MAKER",
  cancel_passive: "EXPIRE_MAKER",
  co: "EXPIRE_MAKER",
  cancel_resting: "EXPIRE_MAKER",
  expire_both: "EXPIRE_BOTH",
  cancel_both: "EXPIRE_BOTH",
  cb: "EXPIRE_BOTH",
  decrement: "DECREMENT",
  decrement_and_cancel: "DECREMENT",
  decrement_both: "DECREMENT",
  dc: "DECREMENT",
};

/** Without `stp` orders of one owner trade with each other: the engines of the scenarios know no better. */
function selfTradeModeOf(value: unknown, at: Place): SelfTradeMode {
  if (!isGiven(value) || value === false) return "NONE";
  const mode =
    typeof value === "string" ? SELF_TRADE_WORDS[value.toLowerCase().replaceAll(/[- ]/g, "_")] : undefined;
  if (mode === undefined) throw at.fault(`unknown stp ${JSON.stringify(value)}`);
  return mode;
}

function expectationOf(value: unknown, at: Place): Expectation {
  return isGiven(value) ? at.object(value, "expect") : {};
}

function idOf(value: unknown, what: string, at: Place): string {
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw at.fault(`${what} is no id: ${JSON.stringify(value)}`);
}

/**
 * A whole number of any sign and size: scenarios ask for nonsense on purpose, and refusing it is the
 * engine's part.
 */
function wholeOf(value: unknown, what: string, at: Place): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw at.fault(`${what} is no whole number: ${JSON.stringify(value)}`);
}

function wordOf<T extends string>(value: unknown, words: readonly T[], what: string, at: Place): T {
  const word = words.find((one) => typeof value === "string" && one.toLowerCase() === value.toLowerCase());
  if (word === undefined) throw at.fault(`${what} is none of ${words.join(", ")}: ${JSON.stringify(value)}`);
  return word;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
