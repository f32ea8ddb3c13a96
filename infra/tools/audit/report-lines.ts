import { grouped, shownDuration } from "../replay/progress.ts";
import type { AuditReport } from "./audit.ts";
import { FINDING_KINDS } from "./findings.ts";

/** An audit in plain words. */
export function reportLines({ groups, findings, total }: AuditReport, elapsedMs: number): string[] {
  const lines: string[] = [];
  for (const group of groups) {
    lines.push(
      `group ${group.group}: sequence ${grouped(group.lastSequence)}, ${grouped(group.rows)} journal rows with ` +
        `${grouped(group.commands)} commands; ${grouped(group.orders)} orders, ${grouped(group.openOrders)} of them open, ` +
        `${grouped(group.trades)} trades`,
      ...group.notes.map((note) => `  note: ${note}`),
    );
  }
  for (const { kind, count, examples } of findings) {
    lines.push(`${FINDING_KINDS[kind]}: ${grouped(count)} wrong`, ...examples.map((words) => `  ${words}`));
    if (count > examples.length) lines.push(`  … and ${grouped(count - examples.length)} more`);
  }
  lines.push(
    total === 0
      ? `Everything holds (${shownDuration(elapsedMs)}).`
      : `${grouped(total)} ${total === 1 ? "thing is" : "things are"} wrong (${shownDuration(elapsedMs)}).`,
  );
  return lines;
}
