import type { BookState, QueuedOrder, SideView } from "./book-state.ts";
import {
  type CheckResult,
  compare,
  type Difference,
  isRecord,
  NOT_UNDERSTOOD,
  type Seen,
  stateAfter,
} from "./check-values.ts";
import type { LevelView } from "./engine.ts";

const SIDES = ["bids", "asks"] as const;

/**
 * `book`: {bids [[price, qty, orders?]], asks, full, bidsFull, asksFull}, best first. A side is a prefix of
 * what there is unless it is said to be full.
 */
export function checkBook(expected: unknown, seen: Seen): CheckResult {
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  const state = stateAfter(seen);
  const differences: Difference[] = [];
  for (const side of SIDES) {
    const levels = expected[side];
    if (levels === undefined) continue;
    if (!isTable(levels)) return NOT_UNDERSTOOD;
    const full = (expected[`${side}Full`] ?? expected["full"]) === true;
    const actual = full ? state[side].levels : state[side].levels.slice(0, levels.length);
    differences.push(...compareRows(`book.${side}`, levels, actual.map(levelRow)));
  }
  return differences;
}

/** `bookOrders`: {bids [[id, price, visible quantity]], asks}: all of them, in queue order. */
export function checkBookOrders(expected: unknown, seen: Seen): CheckResult {
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  const state = stateAfter(seen);
  const differences: Difference[] = [];
  for (const side of SIDES) {
    const rows = expected[side];
    if (rows === undefined) continue;
    if (!isTable(rows)) return NOT_UNDERSTOOD;
    const { queue } = state[side];
    const wanted = rows.map(([id, ...amounts]) => [String(id), ...amounts]);
    differences.push(...compareRows(`bookOrders.${side}`, wanted, queue.map(queueRow)));
  }
  return differences;
}

/** `orderCount`: {bids, asks} open orders. */
export function checkOrderCount(expected: unknown, seen: Seen): CheckResult {
  return perSide("orderCount", expected, seen, orderCount);
}

/** `volume`: {bids, asks} lots left, those that do not show included. */
export function checkVolume(expected: unknown, seen: Seen): CheckResult {
  return perSide("volume", expected, seen, (_side, state, name) => {
    const wanted = name === "bids" ? "buy" : "sell";
    return [...state.orders.values()]
      .filter((order) => order.side === wanted && order.status === "open")
      .reduce((sum, order) => sum + order.remaining, 0);
  });
}

/** `visibleVolume`: {bids, asks} lots that show. */
export function checkVisibleVolume(expected: unknown, seen: Seen): CheckResult {
  return perSide("visibleVolume", expected, seen, (side) =>
    side.levels.reduce((sum, level) => sum + level.qty, 0),
  );
}

/** `totalOrders`: open orders of both sides. */
export function checkTotalOrders(expected: unknown, seen: Seen): CheckResult {
  const state = stateAfter(seen);
  return compare("totalOrders", expected, orderCount(state.bids) + orderCount(state.asks));
}

/** `bbo`: {bid: [price, qty] | null, ask}. */
export function checkBestOffers(expected: unknown, seen: Seen): CheckResult {
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  const state = stateAfter(seen);
  return [
    ...("bid" in expected ? best("bbo.bid", expected["bid"], state.bids) : []),
    ...("ask" in expected ? best("bbo.ask", expected["ask"], state.asks) : []),
  ];
}

/** `firstBid`, `firstAsk`: id of the order that is next to trade; null when there is none. */
export function checkFirst(key: "firstBid" | "firstAsk") {
  return (expected: unknown, seen: Seen): CheckResult => {
    const { queue } = stateAfter(seen)[key === "firstBid" ? "bids" : "asks"];
    const wanted = isRecord(expected) ? expected["id"] : expected;
    return compare(key, wanted === null ? null : String(wanted), queue[0]?.id ?? null);
  };
}

/** `lastPrice`: of the newest trade; null before the first. */
export function checkLastPrice(expected: unknown, seen: Seen): CheckResult {
  return compare("lastPrice", expected, stateAfter(seen).lastPrice);
}

function best(path: string, expected: unknown, side: SideView): Difference[] {
  const level = side.levels[0];
  if (level === undefined) return compare(path, expected, null);
  if (typeof expected === "number") return compare(path, expected, level.price);
  if (!Array.isArray(expected)) return compare(path, expected, levelRow(level));
  return compareRows(path, [expected], [levelRow(level)]);
}

type SideCount = (side: SideView, state: BookState, name: "bids" | "asks") => number;

function orderCount(side: SideView): number {
  return side.levels.reduce((sum, level) => sum + level.orders, 0);
}

function perSide(key: string, expected: unknown, seen: Seen, count: SideCount): CheckResult {
  const state = stateAfter(seen);
  const bids = count(state.bids, state, "bids");
  const asks = count(state.asks, state, "asks");
  if (typeof expected === "number") return compare(key, expected, bids + asks);
  if (!isRecord(expected)) return NOT_UNDERSTOOD;
  return [
    ...("bids" in expected ? compare(`${key}.bids`, expected["bids"], bids) : []),
    ...("asks" in expected ? compare(`${key}.asks`, expected["asks"], asks) : []),
  ];
}

function levelRow(level: LevelView): readonly unknown[] {
  return [level.price, level.qty, level.orders];
}

function queueRow(order: QueuedOrder): readonly unknown[] {
  return [order.id, order.price, order.visible];
}

/** Rows may leave their last columns out; the list as a whole is shown when one differs. */
function compareRows(
  path: string,
  expected: readonly (readonly unknown[])[],
  actual: readonly (readonly unknown[])[],
): Difference[] {
  const shown = actual.map((row, index) => row.slice(0, expected[index]?.length ?? row.length));
  return compare(path, expected, shown);
}

function isTable(value: unknown): value is readonly (readonly unknown[])[] {
  return Array.isArray(value) && value.every(Array.isArray);
}
