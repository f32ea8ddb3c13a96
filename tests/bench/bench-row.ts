/** One measured figure, as `--json` writes it. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** The same thing measured on what it is compared with, in the same run, and median ÷ baseline. */
  readonly baseline?: number;
  readonly ratio?: number;
  readonly note?: string;
}

export interface BenchOptions {
  /** Small and few: checks that it runs, says nothing of speed. */
  readonly quick: boolean;
  /** Folder of recorded streams, in place of the generator's. */
  readonly streams: string | null;
  /** Rows to fill in, where a bench does that; null: as many as it says. */
  readonly rows?: number | null;
}

/** Row of several runs' figures. */
export function rowOf(
  name: string,
  unit: string,
  figures: readonly number[],
  more: Pick<BenchRow, "baseline" | "ratio" | "note"> = {},
): BenchRow {
  const sorted = [...figures].sort((left, right) => left - right);
  const median = medianOf(sorted);
  return { name, unit, median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, runs: sorted.length, ...more };
}

export function medianOf(figures: readonly number[]): number {
  const sorted = [...figures].sort((left, right) => left - right);
  return sorted[sorted.length >>> 1] ?? 0;
}

/** The figure below which a share of them lies. @param sorted ascending */
export function percentileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A table for people. */
export function tableOf(rows: readonly BenchRow[]): string {
  const header = ["name", "median", "min", "max", "unit", "runs", "ratio", "note"];
  const lines = rows.map((row) => [
    row.name,
    figure(row.median),
    figure(row.min),
    figure(row.max),
    row.unit,
    String(row.runs),
    row.ratio === undefined ? "" : figure(row.ratio),
    row.note ?? "",
  ]);
  const widths = header.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]!.length)));
  const isText = (at: number): boolean => at === 0 || at === 4 || at === 7;
  return [header, ...lines]
    .map((line) =>
      line
        .map((text, at) => (isText(at) ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function figure(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(value !== 0 && Math.abs(value) < 10 ? 3 : 1);
}
