import type { OrderRow } from "../../../db/queries/orders.ts";
import type { SymbolRow } from "../../../db/queries/symbols.ts";
import { toSymbolSpec } from "../../../db/symbol-rows.ts";
import type { MatchingCore } from "../../../engine/core/matching-core.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { formatId, parseId } from "../../../engine/ids.ts";
import { orderStateOf } from "../../../engine/order-state.ts";
import type { Findings } from "./findings.ts";
import { statusWord } from "./order-differences.ts";
import type { RecordsView } from "./records-view.ts";
import { OPEN_ORDERS } from "./statements.ts";
import { checkOrderRow, type Pairs } from "./stored-rows.ts";

const id = { a: 0, b: 0, c: 0, d: 0 };

/** The open orders' ids of a state, of one symbol or of all. */
export function openOrderIds(core: MatchingCore, only: number | null): Set<string> {
  const ids = new Set<string>();
  forEachOpenOrder(core, only, (slot) => void ids.add(formatId(core.orders.readId(slot, id))));
  return ids;
}

/** Compares `open_orders` with the books as the journal makes them: every order, every field. */
export async function checkOpenOrders(
  view: RecordsView,
  core: MatchingCore,
  names: readonly string[],
  pairs: Pairs,
  only: number | null,
  findings: Findings,
): Promise<number> {
  const seen = new Set<number>();
  let count = 0;
  for await (const row of view.stream<OrderRow>(OPEN_ORDERS, [names.join(",")], 1_000)) {
    count += 1;
    const slot = core.slotOf(parseId(row.order_id, id));
    if (slot < 0) {
      findings.add(
        "open-orders",
        `order ${row.order_id} of ${row.symbol} is in open_orders as ${row.status}, but in no book of the journal's`,
      );
      continue;
    }
    seen.add(slot);
    checkOrderRow(row, orderStateOf(core, slot), pairs, findings, "open-orders", "open_orders");
  }
  forEachOpenOrder(core, only, (slot) => {
    if (seen.has(slot)) return;
    const { orderId, status, sequence } = orderStateOf(core, slot);
    findings.add(
      "open-orders",
      `order ${orderId} is ${statusWord(status)} since sequence ${sequence}, but missing in open_orders`,
    );
  });
  return count;
}

/** Compares the rows of `symbols` with the symbols as the journal defines them. */
export function checkSymbols(core: MatchingCore, rows: readonly SymbolRow[], findings: Findings): void {
  for (const row of rows) {
    const due = core.symbol(row.symbol_number);
    if (due === undefined) {
      findings.add("symbols", `${row.symbol} is in symbols, but the journal never defined it`);
      continue;
    }
    const is = toSymbolSpec(row);
    for (const field of Object.keys(due) as (keyof SymbolSpec)[]) {
      if (is[field] !== due[field]) {
        findings.add("symbols", `${row.symbol}: its ${field} is ${is[field]}, not ${due[field]}`);
      }
    }
  }
}

function forEachOpenOrder(core: MatchingCore, only: number | null, visit: (slot: number) => void): void {
  const { orders } = core;
  for (let slot = 0; slot < orders.used; slot++) {
    if (only !== null && orders.symbol(slot) !== only) continue;
    if (core.slotOf(orders.readId(slot, id)) === slot) visit(slot);
  }
}
