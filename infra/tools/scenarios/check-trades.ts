import type { ScenarioTrade } from "./book-state.ts";
import {
  type CheckResult,
  compare,
  isRecord,
  NOT_UNDERSTOOD,
  type Seen,
  stateAfter,
} from "./check-values.ts";

/** `trades`: all of the step, in order; each by the keys that the scenario gives. */
export function checkTrades(expected: unknown, seen: Seen): CheckResult {
  if (!Array.isArray(expected) || !expected.every(isRecord)) return NOT_UNDERSTOOD;
  const wanted = expected.map(normalised);
  const actual = seen.aggregated ? summed(seen.outcome.trades) : seen.outcome.trades;
  const keys = wanted.map((trade) => Object.keys(trade));
  const shown = actual.map((trade, index) =>
    picked(trade, keys[index] ?? ["maker", "taker", "price", "qty"]),
  );
  return compare("trades", seen.aggregated ? summedRecords(wanted) : wanted, shown);
}

/** `matched`: whether the step traded at all. */
export function checkMatched(expected: unknown, seen: Seen): CheckResult {
  return compare("matched", expected, seen.outcome.trades.length > 0);
}

/** `makersFilledCount`: makers of the step that nothing is left of. */
export function checkMakersFilledCount(expected: unknown, seen: Seen): CheckResult {
  return compare("makersFilledCount", expected, makersFilled(seen).length);
}

/** `makersFilled`: their ids, by their last trade. */
export function checkMakersFilled(expected: unknown, seen: Seen): CheckResult {
  if (!Array.isArray(expected)) return NOT_UNDERSTOOD;
  const ids = expected.map((one) => String(isRecord(one) ? one["id"] : one));
  return compare("makersFilled", ids, makersFilled(seen));
}

/**
 * `partial`: the order that the step left partly filled: the last maker, or a taker that rests with
 * what it could not trade. Null says that no maker was left so.
 */
export function checkPartial(expected: unknown, seen: Seen): CheckResult {
  const orders = stateAfter(seen).orders;
  const partMakers = distinctMakers(seen).filter((id) => orders.get(id)?.status === "open");
  if (expected === null) return compare("partial", null, partMakers.length === 0 ? null : partMakers);
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  const id = String(expected["id"]);
  const traded = seen.outcome.trades.some((trade) => trade.maker === id || trade.taker === id);
  const remaining = orders.get(id)?.remaining ?? 0;
  const actual = traded && remaining > 0 ? { id, remaining } : { partMakers };
  return compare("partial", { ...expected, id }, "remaining" in expected ? actual : picked(actual, ["id"]));
}

function makersFilled(seen: Seen): string[] {
  const orders = stateAfter(seen).orders;
  return distinctMakers(seen).filter((id) => orders.get(id)?.status === "filled");
}

function distinctMakers(seen: Seen): string[] {
  const ids = new Set<string>();
  for (const { maker } of seen.outcome.trades) {
    ids.delete(maker);
    ids.add(maker);
  }
  return [...ids];
}

type TradeRecord = Readonly<Record<string, unknown>>;

/** Ids as text: some files write them as numbers. */
function normalised(trade: TradeRecord): TradeRecord {
  const entries = Object.entries(trade).filter(([key]) => ["maker", "taker", "price", "qty"].includes(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === "maker" || key === "taker" ? String(value) : value]),
  );
}

function picked(from: object, keys: readonly string[]): TradeRecord {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

/** Summed per taker, maker and price, in the order of the first trade of each. */
function summed(trades: readonly ScenarioTrade[]): ScenarioTrade[] {
  const sums = new Map<string, ScenarioTrade>();
  for (const trade of trades) {
    const key = `${trade.taker}\n${trade.maker}\n${trade.price}`;
    sums.set(key, { ...trade, qty: trade.qty + (sums.get(key)?.qty ?? 0) });
  }
  return [...sums.values()];
}

function summedRecords(trades: readonly TradeRecord[]): TradeRecord[] {
  const sums = new Map<string, TradeRecord>();
  for (const trade of trades) {
    const key = `${trade["taker"]}\n${trade["maker"]}\n${trade["price"]}`;
    const before = sums.get(key)?.["qty"];
    sums.set(key, typeof before === "number" ? { ...trade, qty: Number(trade["qty"]) + before } : trade);
  }
  return [...sums.values()];
}
