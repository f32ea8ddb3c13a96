import type { ISql } from "postgres";

/** How far ahead partitions are made, counted from the current month or day. */
export interface PartitionsAhead {
  readonly orderMonths: number;
  readonly tradeDays: number;
  readonly journalDays: number;
}

export const DEFAULT_PARTITIONS_AHEAD: PartitionsAhead = { orderMonths: 12, tradeDays: 30, journalDays: 7 };

/**
 * Makes the partitions of orders, trades and the journal that are missing from `now` on, each in a
 * transaction of its own. Safe when several processes call it at once, and while engines commit. What
 * comes in for a time without a partition is in the default one, and moves when its partition is made.
 * @param now the database's clock, or a test's
 * @returns names of those that this call made
 */
export async function ensurePartitions(
  sql: ISql,
  now: Date,
  ahead: PartitionsAhead = DEFAULT_PARTITIONS_AHEAD,
): Promise<string[]> {
  const made: string[] = [];
  for (;;) {
    const [row] = await sql<{ name: string | null }[]>`
      select ensure_next_partition(
        ${now}, ${ahead.orderMonths}, ${ahead.tradeDays}, ${ahead.journalDays}) as name`;
    if (row === undefined || row.name === null) return made;
    made.push(row.name);
  }
}
