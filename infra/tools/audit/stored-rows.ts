import { toOrderRecord, toTradeRecord } from "../../../db/order-rows.ts";
import type { OrderRow } from "../../../db/queries/orders.ts";
import type { TradeRow } from "../../../db/queries/trades.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { idTimeMs, parseId } from "../../../engine/ids.ts";
import type { OrderState } from "../../../engine/outcome.ts";
import type { BatchExpectation } from "./batch-expectation.ts";
import type { Findings } from "./findings.ts";
import { orderDifferences, statusWord, tradeDifferences } from "./order-differences.ts";

const words = { a: 0, b: 0, c: 0, d: 0 };

/** Milliseconds since the epoch inside an order's id: the time that it was created at. */
function timeOfId(id: string): number {
  return idTimeMs(parseId(id, words));
}

/** The pairs by name: amounts mean nothing without their steps. */
export type Pairs = ReadonlyMap<string, SymbolSpec>;

/** Compares the rows of `orders` last written by a batch with what it must have written. */
export function checkOrderRows(
  rows: readonly OrderRow[],
  { ended, entered }: BatchExpectation,
  pairs: Pairs,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const of = `order ${row.order_id} of ${row.symbol}`;
    const isFinal = ended.has(row.order_id);
    const expected = ended.get(row.order_id) ?? entered.get(row.order_id);
    if (seen.has(row.order_id)) findings.add("orders", `${of} is in orders twice`);
    else if (expected === undefined) {
      findings.add(
        "orders",
        `${of} is in orders as ${row.status} since sequence ${row.sequence}; the journal has nothing of the kind there`,
      );
    } else checkOrderRow(row, expected, pairs, findings, "orders", "orders");
    seen.add(row.order_id);
    if (isFinal) ended.delete(row.order_id);
  }
  for (const state of ended.values()) {
    findings.add(
      "orders",
      `order ${state.orderId} ended ${statusWord(state.status)} at sequence ${state.sequence}; orders does not say so`,
    );
  }
}

/** Compares a row of orders or open_orders with the state that it must show. */
export function checkOrderRow(
  row: OrderRow,
  expected: OrderState,
  pairs: Pairs,
  findings: Findings,
  kind: "orders" | "open-orders",
  table: string,
): void {
  const of = `order ${row.order_id} of ${row.symbol}`;
  const spec = pairs.get(row.symbol);
  if (spec === undefined) {
    findings.add(kind, `${of}: ${table} names a pair that there is not`);
    return;
  }
  try {
    const stored = toOrderRecord(row, spec);
    for (const difference of orderDifferences(stored, expected, timeOfId(row.order_id), spec)) {
      findings.add(kind, `${of}: in ${table} its ${difference}`);
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    findings.add(kind, `${of}: ${table} holds something that no order has: ${cause.message}`);
  }
}

/** Compares the rows of `trades` of a batch's sequences with the batch's trades. */
export function checkTradeRows(
  rows: readonly TradeRow[],
  { trades }: BatchExpectation,
  pairs: Pairs,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const of = `trade ${row.trade_id} of ${row.symbol}`;
    const expected = trades.get(row.trade_id);
    const spec = pairs.get(row.symbol);
    if (seen.has(row.trade_id)) findings.add("trades", `${of} is there twice`);
    else if (expected === undefined) {
      findings.add("trades", `${of} at sequence ${row.sequence} is in no outcome of the journal`);
    } else if (spec === undefined) findings.add("trades", `${of} names a pair that there is not`);
    else {
      try {
        for (const difference of tradeDifferences(toTradeRecord(row, spec), expected, spec)) {
          findings.add("trades", `${of}: its ${difference}`);
        }
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        findings.add("trades", `${of} holds something that no trade has: ${cause.message}`);
      }
    }
    seen.add(row.trade_id);
  }
  for (const [tradeId, trade] of trades) {
    if (seen.has(tradeId)) continue;
    findings.add("trades", `trade ${tradeId} at sequence ${trade.sequence} is missing`);
  }
}
