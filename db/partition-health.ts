import { PARTITION_HEALTH, type PartitionHealthRow } from "./queries/maintenance.ts";

/** How the partitions of one table are. */
export interface PartitionHealth {
  readonly table: string;
  /** `critical`: what comes next has no partition yet, and would go to the default one. */
  readonly status: "ok" | "warning" | "critical";
  readonly partitions: number;
  readonly partitionsAhead: number;
  /** Counted up to 100,000. */
  readonly defaultRows: number;
  /** Partitions past their retention that are still there. */
  readonly pastRetention: number;
  /** What there is to be looked at; empty when all is well. */
  readonly words: string;
}

export function toPartitionHealth(row: PartitionHealthRow): PartitionHealth {
  return {
    table: row.table_name,
    status: row.status,
    partitions: Number(row.partitions),
    partitionsAhead: Number(row.partitions_ahead),
    defaultRows: Number(row.default_rows),
    pastRetention: Number(row.past_retention),
    words: row.words,
  };
}

/** Probes come every second, and partitions change by the day. */
const FRESH_MS = 60_000;

/**
 * A look at the partitions for probes: true while none of them is in need of anything. Asks the
 * database at most once a minute.
 * @param read runs a statement; rejects when the database cannot be reached
 */
export function partitionCheck(
  read: (statement: string) => Promise<readonly PartitionHealthRow[]>,
  nowMs: () => number,
): () => Promise<boolean> {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let last: Promise<boolean> = Promise.resolve(true);
  return () => {
    if (nowMs() - lookedAtMs < FRESH_MS) return last;
    lookedAtMs = nowMs();
    last = read(PARTITION_HEALTH).then((rows) => rows.every(({ status }) => status === "ok"));
    last.catch(() => {
      lookedAtMs = Number.NEGATIVE_INFINITY;
    });
    return last;
  };
}
