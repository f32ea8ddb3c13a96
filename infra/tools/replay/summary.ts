import type { Comparison } from "./compare-records.ts";
import type { FlowStats } from "./order-flow.ts";
import { grouped, shownDuration } from "./progress.ts";
import type { Tally } from "./tally.ts";

/** One price level as the API tells it: decimal strings. */
export interface ShownLevel {
  readonly price: string;
  readonly quantity: string;
  readonly orders: number;
}

export interface ShownBook {
  readonly bids: readonly ShownLevel[];
  readonly asks: readonly ShownLevel[];
}

/** The lines that end a replay: counts, rejects by code, the top of the book. */
export function summaryLines(
  tally: Tally,
  stats: FlowStats,
  elapsedMs: number,
  book: ShownBook | null,
): string[] {
  const rate = elapsedMs > 0 ? (tally.commands / elapsedMs) * 1000 : 0;
  const { place, cancel, reduce } = tally.sent;
  return [
    `${grouped(tally.commands)} commands in ${shownDuration(elapsedMs)} (${grouped(Math.round(rate))}/s) from ${grouped(stats.lines)} lines of ${stats.format}`,
    `  orders   ${grouped(place)} (and ${grouped(cancel)} cancels, ${grouped(reduce)} reductions)`,
    `  trades   ${grouped(tally.trades)}`,
    `  rejects  ${grouped(tally.refused)}`,
    ...counted(tally.refusals, "    "),
    ...(stats.malformed > 0 ? [`  malformed lines passed over: ${grouped(stats.malformed)}`] : []),
    ...(stats.leftOut.size > 0 ? ["  lines left out", ...counted(stats.leftOut, "    ")] : []),
    ...(book === null ? [] : bookLines(book)),
  ];
}

/** One line when the records agree, else the first differences. */
export function comparisonLines(comparison: Comparison): string[] {
  const { what, expected, actual, differences, shown } = comparison;
  if (differences === 0) return [`${what}: all ${grouped(actual)} as expected`];
  return [
    `${what}: ${grouped(differences)} differ (${grouped(expected)} expected, ${grouped(actual)} found)`,
    ...shown.map((line) => `  ${line}`),
    ...(differences > shown.length ? [`  and ${grouped(differences - shown.length)} more`] : []),
  ];
}

function counted(counts: ReadonlyMap<string, number>, indent: string): string[] {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([what, count]) => `${indent}${grouped(count)} ${what}`);
}

/** The top levels side by side, best first. */
function bookLines(book: ShownBook): string[] {
  const rows = Math.max(book.bids.length, book.asks.length);
  if (rows === 0) return ["  book     empty"];
  const lines = [`  book     ${"bid".padStart(24)}   ask`];
  for (let row = 0; row < rows; row += 1) {
    const bid = book.bids[row];
    const ask = book.asks[row];
    const left = bid === undefined ? "" : `${bid.quantity} (${bid.orders}) @ ${bid.price}`;
    const right = ask === undefined ? "" : `${ask.price} @ ${ask.quantity} (${ask.orders})`;
    lines.push(`           ${left.padStart(24)}   ${right}`.trimEnd());
  }
  return lines;
}
