/** `saved` is false when the store has seen a newer epoch. */
export const SAVE_SNAPSHOT = "select save_order_book_snapshot($1, $2, $3, $4, $5, $6, $7, $8, $9) as saved";

/** Newest first, at most $2. */
export const NEWEST_SNAPSHOTS = `
  select symbol_group, timeline, epoch, sequence, hash, format_version, rules_version, taken_at, body
  from order_book_snapshots where symbol_group = $1 order by epoch desc, sequence desc limit $2`;

export const NEWEST_SNAPSHOT_PLACE = `
  select timeline, epoch, sequence from order_book_snapshots where symbol_group = $1
  order by epoch desc, sequence desc limit 1`;

export interface SnapshotRow {
  readonly symbol_group: string;
  readonly timeline: string;
  readonly epoch: string;
  readonly sequence: string;
  readonly hash: Uint8Array;
  readonly format_version: number;
  readonly rules_version: number;
  readonly taken_at: Date;
  readonly body: Uint8Array;
}
