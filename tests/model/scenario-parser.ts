import type {
  Expected,
  ExpectedLevel,
  Scenario,
  ScenarioAction,
  ScenarioMarket,
  ScenarioOrder,
} from "./scenario.ts";

/**
 * Scenarios as text that a trader could read. The parser knows no engine: amounts stay decimal strings,
 * orders stay names, so that the same tables can be driven through the core, the twin, or HTTP.
 *
 *     scenario a smaller quantity keeps its place in the queue
 *       market tick 0.01 lot 1                    (optional; also: price 1.00..9.99 quantity 1..100 notional 5
 *                                                  band 10% reference 100.00 orders 3 session 22:00)
 *       time 2026-01-05T12:00:00Z                 (optional, as often as wanted)
 *       place b1 BUY LIMIT GTC 10 @ 100.00        (also: by ann · client c1 · postOnly · show 2 · stp DECREMENT
 *                                                  · stop 95.00 · trail 5.00 · trail 100bps · from 110.00
 *                                                  · quote 500.00 · until 2026-01-05T13:00:00Z)
 *       amend b1 quantity 4                       (also: price, less, stop, trail, from, show)
 *       cancel b1 · cancel client c1 by ann · cancel list L1 by ann · cancel all of ann · admin cancels b1
 *       replace b1 with b2 BUY LIMIT GTC 4 @ 99.00            (both or neither)
 *       replace b1 alone b2 BUY LIMIT GTC 4 @ 99.00           (each half stands alone)
 *       list L1 by ann s1 SELL LIMIT GTC 5 @ 110.00 / s2 SELL STOP 5 stop 90.00
 *       status HALTED · kill ann · revive ann · expire
 *       => b1 OPEN filled 2 left 8                (state of an order; a reason may follow the status)
 *       => trade b1 s1 5 @ 100.00                 (maker, taker: a step's trades are listed, all and in order)
 *       => refused ORDER_NOT_OPEN
 *       book                                      (the whole book, best first; `book empty`)
 *         5 @ 100.00 | 3 @ 101.00
 *       queue 100.00 b1 b2                        (orders of a price, first to be filled first)
 *
 * An order without `by` belongs to a user of its own. `#` begins a comment.
 */

const DEFAULT_MARKET: ScenarioMarket = {
  tick: "0.01",
  lot: "1",
  price: null,
  quantity: null,
  notional: "",
  bandBps: 0,
  reference: "",
  openOrders: 0,
  sessionEndMinute: 0,
};

const TYPES = ["LIMIT", "MARKET", "STOP", "STOP_LIMIT", "TRAILING_STOP"];
const TIMES_IN_FORCE = ["GTC", "IOC", "FOK", "DAY", "GTD"];

/** All scenarios of a file; throws with the line number on anything that it does not understand. */
export function parseScenarios(text: string): Scenario[] {
  const scenarios: Scenario[] = [];
  let book: { bids: ExpectedLevel[]; asks: ExpectedLevel[] } | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const content = raw.replace(/#.*$/, "").trim();
    if (content === "") continue;
    const words = content.split(/\s+/);
    const fail = (why: string): never => {
      throw new Error(`line ${line}: ${why}: ${content}`);
    };
    if (words[0] === "scenario") {
      scenarios.push({ name: words.slice(1).join(" "), line, market: DEFAULT_MARKET, steps: [] });
      book = null;
      continue;
    }
    const scenario = scenarios.at(-1) ?? fail("before any scenario");
    if (words[0] === "market") {
      scenario.market = parseMarket(words.slice(1), fail);
      continue;
    }
    const step = scenario.steps.at(-1);
    if (content.includes("|") && book !== null) {
      const [bid = "", ask = ""] = content.split("|");
      if (bid.trim() !== "") book.bids.push(parseLevel(bid));
      if (ask.trim() !== "") book.asks.push(parseLevel(ask));
      continue;
    }
    book = null;
    if (words[0] === "=>" || words[0] === "book" || words[0] === "queue") {
      if (step === undefined) return fail("nothing has happened yet");
      if (words[0] === "book") {
        book = { bids: [], asks: [] };
        step.expectations.push({ line, kind: "book", ...book });
      } else if (words[0] === "queue") {
        step.expectations.push({ line, kind: "queue", price: words[1] ?? "", orders: words.slice(2) });
      } else {
        step.expectations.push({ line, ...parseExpectation(words.slice(1)) });
      }
      continue;
    }
    scenario.steps.push({ line, text: content, action: parseAction(words, fail), expectations: [] });
  }
  return scenarios;
}

function parseLevel(text: string): ExpectedLevel {
  const [quantity = "", price = ""] = text.split("@").map((part) => part.trim());
  return { quantity, price };
}

function parseExpectation(words: string[]): Expected {
  const [first = "", second = "", third = "", fourth = "", , sixth = ""] = words;
  if (first === "trade") {
    return { kind: "trade", maker: second, taker: third, quantity: fourth, price: sixth };
  }
  if (first === "refused") return { kind: "refused", code: second };
  const hasCode = third !== "" && third === third.toUpperCase() && /[A-Z]/.test(third);
  const rest = words.slice(hasCode ? 3 : 2);
  const amounts: Record<string, string> = {};
  for (let at = 0; at + 1 < rest.length; at += 2) amounts[rest[at] ?? ""] = rest[at + 1] ?? "";
  return { kind: "order", order: first, status: second, code: hasCode ? third : "", amounts };
}

function parseMarket(words: string[], fail: (why: string) => never): ScenarioMarket {
  const market = { ...DEFAULT_MARKET };
  const range = (text: string): [string, string] => {
    const [low = "", high = ""] = text.split("..");
    return [low, high];
  };
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1] ?? fail("a value is missing");
    const word = words[at];
    if (word === "tick") market.tick = value;
    else if (word === "lot") market.lot = value;
    else if (word === "price") market.price = range(value);
    else if (word === "quantity") market.quantity = range(value);
    else if (word === "notional") market.notional = value;
    else if (word === "band") market.bandBps = Math.round(Number(value.replace("%", "")) * 100);
    else if (word === "reference") market.reference = value;
    else if (word === "orders") market.openOrders = Number(value);
    else if (word === "session") {
      const [hours = "0", minutes = "0"] = value.split(":");
      market.sessionEndMinute = Number(hours) * 60 + Number(minutes);
    } else fail(`no such setting: ${word}`);
  }
  return market;
}

function parseAction(words: string[], fail: (why: string) => never): ScenarioAction {
  const [verb = "", first = "", second = "", third = "", fourth = ""] = words;
  switch (verb) {
    case "place":
      return { kind: "place", order: parseOrder(words.slice(1), fail) };
    case "list":
      return parseList(words, fail);
    case "replace": {
      if (second !== "with" && second !== "alone") fail("replace OLD with|alone NEW …");
      return {
        kind: "replace",
        old: first,
        stopOnFailure: second === "with",
        order: parseOrder(words.slice(3), fail),
      };
    }
    case "cancel":
      if (first === "all") return { kind: "cancel-all", user: third };
      if (first === "list") return { kind: "cancel-list", list: second, user: fourth };
      if (first === "client") return { kind: "cancel", order: "", client: second, user: fourth };
      return { kind: "cancel", order: first, client: "", user: third };
    case "admin":
      return { kind: "admin-cancel", order: second };
    case "amend": {
      const fields: Record<string, string> = {};
      for (let at = 2; at < words.length; at += 2) fields[words[at] ?? ""] = words[at + 1] ?? "";
      return { kind: "amend", order: first, fields };
    }
    case "status":
      return { kind: "status", status: first };
    case "kill":
      return { kind: "kill", user: first, enabled: true };
    case "revive":
      return { kind: "kill", user: first, enabled: false };
    case "expire":
      return { kind: "expire" };
    case "time":
      return { kind: "time", at: first };
    default:
      return fail("no such action");
  }
}

/** `list L1 by ann s1 SELL LIMIT … / s2 SELL STOP …` */
function parseList(words: string[], fail: (why: string) => never): ScenarioAction {
  const slash = words.indexOf("/");
  if (words[2] !== "by" || slash < 0) fail("list NAME by USER LIMIT-LEG / STOP-LEG");
  const user = ["by", words[3] ?? ""];
  const limitLeg = parseOrder([...words.slice(4, slash), ...user], fail);
  const stopLeg = parseOrder([...words.slice(slash + 1), ...user], fail);
  return { kind: "list", name: words[1] ?? "", legs: [limitLeg, stopLeg] };
}

function parseOrder(words: string[], fail: (why: string) => never): ScenarioOrder {
  const [name = ""] = words;
  const fields: Record<string, string> = {};
  let [side, type, timeInForce, quantity, postOnly] = ["", "", "", "", false];
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "BUY" || word === "SELL") side = word;
    else if (TYPES.includes(word)) type = word;
    else if (TIMES_IN_FORCE.includes(word)) timeInForce = word;
    else if (word === "postOnly") postOnly = true;
    else if (/^-?[0-9.]+$/.test(word)) quantity = word;
    else if (["@", "by", "client", "show", "stp", "stop", "trail", "from", "quote", "until"].includes(word)) {
      at += 1;
      fields[word] = words[at] ?? fail(`${word} what?`);
    } else fail(`no such word in an order: ${word}`);
  }
  const field = (word: string): string => fields[word] ?? "";
  return {
    name,
    user: field("by") || `user-of-${name}`,
    side: side || fail("no side"),
    type: type || fail("no type"),
    timeInForce: timeInForce || (field("@") === "" ? "IOC" : "GTC"),
    quantity,
    price: field("@"),
    quote: field("quote"),
    show: field("show"),
    stop: field("stop"),
    trail: field("trail"),
    from: field("from"),
    until: field("until"),
    client: field("client"),
    stp: field("stp") || "EXPIRE_TAKER",
    postOnly,
  };
}
