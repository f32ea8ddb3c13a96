import {
  checkBestOffers,
  checkBook,
  checkBookOrders,
  checkFirst,
  checkLastPrice,
  checkOrderCount,
  checkTotalOrders,
  checkVisibleVolume,
  checkVolume,
} from "./check-book.ts";
import {
  checkAccepted,
  checkActiveOrdersOfOwner,
  checkFills,
  checkOrders,
  checkReason,
  checkResting,
  checkStatus,
  checkTakenOff,
  checkTakerRemaining,
} from "./check-orders.ts";
import {
  checkMakersFilled,
  checkMakersFilledCount,
  checkMatched,
  checkPartial,
  checkTrades,
} from "./check-trades.ts";
import { type CheckResult, type Difference, isUnchecked, type Seen } from "./check-values.ts";
import type { Expectation } from "./scenario.ts";

/** What a key's check looks at: the command's own outcome, the state after it, or the one before too. */
type Needs = "outcome" | "after" | "before";

interface Key {
  readonly needs: Needs;
  readonly check: (expected: unknown, seen: Seen) => CheckResult;
}

/** Every key of an expectation that is known. */
const KEYS: Readonly<Record<string, Key>> = {
  accepted: { needs: "outcome", check: checkAccepted },
  reason: { needs: "outcome", check: checkReason },
  matched: { needs: "outcome", check: checkMatched },
  trades: { needs: "outcome", check: checkTrades },
  /** Says how `trades` is meant. */
  tradesAggregated: { needs: "outcome", check: () => [] },
  status: { needs: "after", check: checkStatus },
  statuses: { needs: "after", check: checkStatus },
  fills: { needs: "after", check: checkFills },
  orders: { needs: "after", check: checkOrders },
  resting: { needs: "after", check: checkResting },
  takerRemaining: { needs: "after", check: checkTakerRemaining },
  makersFilledCount: { needs: "after", check: checkMakersFilledCount },
  makersFilled: { needs: "after", check: checkMakersFilled },
  partial: { needs: "after", check: checkPartial },
  cancelledQty: { needs: "before", check: checkTakenOff("cancelledQty") },
  reducedBy: { needs: "before", check: checkTakenOff("reducedBy") },
  activeOrdersOfOwner: { needs: "after", check: checkActiveOrdersOfOwner },
  book: { needs: "after", check: checkBook },
  bookOrders: { needs: "after", check: checkBookOrders },
  orderCount: { needs: "after", check: checkOrderCount },
  volume: { needs: "after", check: checkVolume },
  visibleVolume: { needs: "after", check: checkVisibleVolume },
  totalOrders: { needs: "after", check: checkTotalOrders },
  bbo: { needs: "after", check: checkBestOffers },
  firstBid: { needs: "after", check: checkFirst("firstBid") },
  firstAsk: { needs: "after", check: checkFirst("firstAsk") },
  lastPrice: { needs: "after", check: checkLastPrice },
};

export interface CheckedExpectation {
  /** Values that were compared. */
  readonly checked: number;
  readonly differences: readonly Difference[];
  /** What was not compared, and why: never passed over in silence. */
  readonly unchecked: readonly { readonly key: string; readonly why: string }[];
}

/** True when a key needs the state of the book after (or before) the step. */
export function needsState(expect: Expectation, when: "after" | "before"): boolean {
  return Object.keys(expect).some((key) => {
    const needs = KEYS[key]?.needs;
    return needs === "before" || (when === "after" && needs === "after");
  });
}

/** Compares every key of an expectation with what was seen. */
export function checkExpectation(expect: Expectation, seen: Seen): CheckedExpectation {
  const differences: Difference[] = [];
  const unchecked: { key: string; why: string }[] = [];
  let checked = 0;
  for (const [name, expected] of Object.entries(expect)) {
    const key = KEYS[name];
    if (key === undefined) {
      unchecked.push({ key: name, why: "key not known" });
      continue;
    }
    const result = key.check(expected, seen);
    if (isUnchecked(result)) {
      unchecked.push({ key: name, why: result.unchecked });
      continue;
    }
    checked += 1;
    differences.push(...result);
  }
  const contradiction = seen.after?.contradiction ?? null;
  if (contradiction !== null) {
    const { ofOrders, ofBook } = contradiction;
    differences.push({ path: "public book against open orders", expected: ofOrders, actual: ofBook });
  }
  return { checked, differences, unchecked };
}
