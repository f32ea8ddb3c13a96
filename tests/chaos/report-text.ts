import type { ChaosReport } from "./chaos-run.ts";

/** Everything that must be nothing. */
export function isClean(report: ChaosReport): boolean {
  return report.wrong.length === 0;
}

/** A run in plain words. */
export function reportText(report: ChaosReport): string {
  const { takeoverMs, silenceMs } = report;
  return [
    `seed ${report.seed}: ${report.kills} kills and cuts, ${report.commands} commands at ${report.ratePerSecond}/s, ` +
      `${report.acknowledged} acknowledged, ${report.retries} asked again`,
    `refused: ${Object.entries(report.refused)
      .map(([code, count]) => `${count} ${code}`)
      .join(", ")}`,
    `lost ${report.lost}, doubled ${report.doubled}, contradicted ${report.contradicted}, never answered ${report.unanswered}`,
    `events ${report.events}: uncommitted ${report.uncommittedEvents}, missed ${report.missedEvents}, out of order ${report.disorderedEvents}`,
    `audit findings ${report.auditFindings}`,
    `take-over by a warm stand-by: p50 ${takeoverMs.p50} ms, worst ${takeoverMs.worst} ms of ${takeoverMs.count}`,
    ...Object.entries(silenceMs).map(
      ([name, { p50, worst, count }]) => `  ${name.padEnd(42)} p50 ${p50} ms, worst ${worst} ms of ${count}`,
    ),
    ...report.wrong.map((words) => `WRONG ${words}`),
  ].join("\n");
}
