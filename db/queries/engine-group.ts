/** The group's row, made if there is none. */
export const READ_GROUP = "select * from ensure_engine_group($1)";

/** The group's row after its epoch was raised by one. */
export const TAKE_EPOCH = "select * from take_epoch($1)";

/** `moved` is false when the group's epoch is another. */
export const MOVE_PUBLISHED = "select move_published($1, $2, $3) as moved";

export interface GroupRow {
  readonly symbol_group: string;
  readonly group_number: number;
  readonly epoch: string;
  readonly last_sequence: string;
  readonly hash: Uint8Array;
  readonly timeline: string;
  readonly published_sequence: string;
}

/** How far every group is, for operators. */
export const ALL_GROUPS = `
  select symbol_group, timeline, epoch, epoch_taken_at, last_sequence, published_sequence, encode(hash, 'hex') as hash
  from engine_groups order by symbol_group`;

export const GROUP_EXISTS = "select exists (select from engine_groups where symbol_group = $1) as found";

export interface GroupProgressRow {
  readonly symbol_group: string;
  readonly timeline: string;
  readonly epoch: string;
  readonly epoch_taken_at: Date | null;
  readonly last_sequence: string;
  readonly published_sequence: string;
  readonly hash: string;
}
