import type { OrderView } from "./book-state.ts";
import {
  type CheckResult,
  compare,
  type Difference,
  isRecord,
  NOT_UNDERSTOOD,
  type Seen,
  stateAfter,
} from "./check-values.ts";

/**
 * `accepted`: the engine did not refuse the command. Engines differ in what they call a FOK that
 * cannot be filled, which here is an order that was taken and expired: either answer is right for it.
 */
export function checkAccepted(expected: unknown, seen: Seen): CheckResult {
  if (seen.outcome.killed) return [];
  const actual = seen.outcome.refusal === null;
  return expected === actual ? [] : [{ path: "accepted", expected, actual: seen.outcome.refusal ?? true }];
}

/** Names that other engines give to a refusal, and the codes that say the same here. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  MATCHING_UNKNOWN_ORDER_ID: ["ORDER_NOT_OPEN", "NOT_FOUND", "ORDER_NOT_FOUND"],
};

/** `reason`: another engine's name for the refusal; one without a counterpart here only says that there is one. */
export function checkReason(expected: unknown, seen: Seen): CheckResult {
  const { refusal } = seen.outcome;
  const known = REFUSALS[String(expected)];
  const fits = refusal !== null && (known === undefined || known.includes(refusal));
  return fits ? [] : [{ path: "reason", expected: known ?? expected, actual: refusal }];
}

/** Other spellings of a state; the states of `OrderView` are the scenarios' own. */
const STATES: Readonly<Record<string, string>> = {
  expired: "cancelled",
  canceled: "cancelled",
  partial: "open",
  partially_filled: "open",
  partiallyfilled: "open",
  new: "open",
};

/** `status`, and `statuses` at the end: {id: open | filled | cancelled | rejected}. */
export function checkStatus(expected: unknown, seen: Seen): CheckResult {
  return eachOrder("status", expected, seen, (path, value, order) => {
    const word = String(value).toLowerCase();
    return compare(path, STATES[word] ?? word, order?.status ?? "unknown");
  });
}

/** `resting`: {id: whether it is in the book}. */
export function checkResting(expected: unknown, seen: Seen): CheckResult {
  return eachOrder("resting", expected, seen, (path, value, order) =>
    compare(path, value, order?.status === "open"),
  );
}

/** `fills`: {id: {filled, remaining, cost}}, cumulative. */
export function checkFills(expected: unknown, seen: Seen): CheckResult {
  return eachOrder("fills", expected, seen, fieldsOf);
}

/** `orders`: {id: {qty, remaining, price}}. */
export function checkOrders(expected: unknown, seen: Seen): CheckResult {
  return eachOrder("orders", expected, seen, fieldsOf);
}

/** `takerRemaining`: what the step's own order has not executed. */
export function checkTakerRemaining(expected: unknown, seen: Seen): CheckResult {
  return compare("takerRemaining", expected, stepOrder(seen)?.remaining ?? null);
}

/** `cancelledQty` and `reducedBy`: what the step took off its order without a trade. */
export function checkTakenOff(key: "cancelledQty" | "reducedBy") {
  return (expected: unknown, seen: Seen): CheckResult => {
    const { step, before, outcome } = seen;
    if (step === null || before === null) return NOT_UNDERSTOOD;
    const order = stepOrder(seen);
    const had = step.op === "place" ? step.qty : openQuantity(before.orders.get(step.id));
    const traded = outcome.trades
      .filter((trade) => trade.taker === step.id)
      .reduce((sum, trade) => sum + trade.qty, 0);
    return compare(key, expected, had - traded - openQuantity(order));
  };
}

/** `activeOrdersOfOwner`: open orders of whoever gave the step's command. */
export function checkActiveOrdersOfOwner(expected: unknown, seen: Seen): CheckResult {
  const owner = seen.step?.owner ?? stepOrder(seen)?.owner;
  const open = [...stateAfter(seen).orders.values()].filter(
    (order) => order.owner === owner && order.status === "open",
  );
  return compare("activeOrdersOfOwner", expected, open.length);
}

function stepOrder(seen: Seen): OrderView | undefined {
  const { step } = seen;
  if (step === null) return undefined;
  return stateAfter(seen).orders.get(step.op === "replace" ? (step.newId ?? step.id) : step.id);
}

function openQuantity(order: OrderView | undefined): number {
  return order?.status === "open" ? order.remaining : 0;
}

function eachOrder(
  key: string,
  expected: unknown,
  seen: Seen,
  check: (path: string, value: unknown, order: OrderView | undefined) => Difference[],
): CheckResult {
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  const { orders } = stateAfter(seen);
  return Object.entries(expected).flatMap(([id, value]) => check(`${key}.${id}`, value, orders.get(id)));
}

const FIELDS: Readonly<Record<string, (order: OrderView) => unknown>> = {
  qty: (order) => order.qty,
  filled: (order) => order.filled,
  remaining: (order) => order.remaining,
  cost: (order) => order.cost,
  price: (order) => order.price,
  side: (order) => order.side,
  status: (order) => order.status,
  owner: (order) => order.owner,
};

function fieldsOf(path: string, value: unknown, order: OrderView | undefined): Difference[] {
  if (!isRecord(value)) return compare(path, value, order === undefined ? null : order.remaining);
  if (order === undefined) return compare(path, value, null);
  return Object.entries(value).flatMap(([field, expected]) => {
    const read = FIELDS[field];
    return compare(`${path}.${field}`, expected, read === undefined ? "no such field" : read(order));
  });
}
