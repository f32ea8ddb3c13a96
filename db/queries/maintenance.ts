/*
 * Steps of maintenance. Each does one thing in a transaction of its own and says what, or NULL: nothing was left.
 * Where a time is given it counts as now, which is for the owner only; else the database's clock does.
 */

/** One program at a time. By hand, `maintain_partitions()` waits for the same lock. */
export const TAKE_MAINTENANCE_LOCK = "select pg_try_advisory_lock(7201, 5) as taken";
export const LEAVE_MAINTENANCE_LOCK = "select pg_advisory_unlock(7201, 5)";

export const DATABASE_NOW = "select clock_timestamp() as now";

/** $1 until when rows of a default partition get a partition of their own. */
export const HOUSE_NEXT_STRAY = "select house_next_stray($1) as name";

export const DROP_NEXT_PAST_PARTITION = "select drop_next_past_partition() as name";
export const DROP_NEXT_PAST_PARTITION_AT = "select drop_next_past_partition($1) as name";

/** At most so many of each symbol and interval ($1). */
export const PURGE_PAST_CANDLES = "select purge_past_candles($1) as gone";
export const PURGE_PAST_CANDLES_AT = "select purge_past_candles($2, $1) as gone";

export const MARK_SNAPSHOT_VERIFIED = "select mark_snapshot_verified($1, $2, $3) as verified";

export const PARTITION_HEALTH = "select * from check_partition_health()";
export const PARTITION_HEALTH_AT = "select * from check_partition_health($1)";

export interface PartitionHealthRow {
  readonly table_name: string;
  readonly status: "ok" | "warning" | "critical";
  readonly partitions: string;
  readonly partitions_ahead: string;
  readonly default_rows: string;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  readonly past_retention: string;
  readonly words: string;
}
