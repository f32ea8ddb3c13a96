import { Code } from "../../engine/core/codes.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import type { OrderState } from "../../engine/outcome.ts";
import type { Snapshot } from "../../engine/ports.ts";
import { decodeOutcome } from "../../engine/wire/outcome-codec.ts";
import { decodeSnapshotBody } from "../../engine/wire/snapshot.ts";
import type { Checks } from "./checks.ts";
import type { SimDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import type { SimMarketData } from "./market-data-store.ts";

/** What must hold when everything has come to rest and the last engine has stopped cleanly. */
export function checkAtRest(
  environment: Environment,
  checks: Checks,
  database: SimDatabase,
  marketData: SimMarketData,
  snapshots: readonly Snapshot[],
): void {
  const { core } = checks.replay.history;
  checkRecords(environment, checks, database);
  if (checks.heardEvents !== checks.events.length) {
    environment.violate(
      "events in order, none skipped",
      `${checks.events.length - checks.heardEvents} events were never heard, from ${checks.events[checks.heardEvents]?.id}`,
    );
  }
  for (const { symbol } of core.symbols()) {
    const expected = checks.milestones.get(checks.sequence)?.books.get(symbol);
    const kept = marketData.text(symbol);
    if (kept !== expected) {
      environment.violate(
        "market data is the book",
        `symbol ${symbol} at rest: ${kept} instead of ${expected}`,
      );
    }
  }
  const last = snapshots.find(({ sequence }) => sequence === checks.sequence);
  if (last === undefined) {
    environment.violate("snapshots are of the journal", `the clean stop left none at ${checks.sequence}`);
  } else if (MatchingCore.restore(decodeSnapshotBody(last.body).core).stateHash() !== core.stateHash()) {
    environment.violate("replay gives the same", "the engine's state hash is not the journal's");
  }
}

/** The tables against the outcomes in the journal, and open orders against the core that replayed it. */
function checkRecords(environment: Environment, checks: Checks, database: SimDatabase): void {
  const expected = new Map<string, OrderState>();
  let trades = 0;
  for (const bytes of checks.outcomes.values()) {
    const outcome = decodeOutcome(bytes);
    for (const order of outcome.orders) if (isKept(order)) expected.set(order.orderId, order);
    for (const trade of outcome.trades) {
      const row = database.trades[trades++];
      const maker = outcome.orders[trade.maker];
      const same =
        row?.tradeId === trade.tradeId &&
        row.price === trade.price &&
        row.quantity === trade.quantity &&
        (row.buyOrderId === maker?.orderId || row.sellOrderId === maker?.orderId);
      if (!same) environment.violate("records agree with the journal", `trade ${trade.tradeId}`);
    }
  }
  if (trades !== database.trades.length) {
    environment.violate("records agree with the journal", `${database.trades.length} trades, not ${trades}`);
  }
  let open = 0;
  for (const [orderId, order] of expected) {
    const kept = database.orders.get(orderId);
    if (kept === undefined || textOf(kept) !== textOf(order)) {
      environment.violate("records agree with the journal", `order ${orderId}`);
    }
    if (order.status < OrderStatus.Filled) open += 1;
  }
  const { core } = checks.replay.history;
  if (expected.size !== database.orders.size || open !== core.openOrderCount) {
    environment.violate(
      "records agree with the journal",
      `${database.orders.size} orders (${expected.size} in the journal), ${open} open (${core.openOrderCount} in the books)`,
    );
  }
}

function isKept(order: OrderState): boolean {
  return order.code !== Code.UNKNOWN_SYMBOL && order.code !== Code.DUPLICATE_ORDER_ID;
}

function textOf(order: OrderState): string {
  return JSON.stringify(order, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
