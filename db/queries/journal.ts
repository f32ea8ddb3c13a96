const COLUMNS = "epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash";

/**
 * Rows that begin after a sequence, in order. The time given (milliseconds) is that of a row at or before it,
 * or zero: it keeps a follower from looking into the partitions of days gone by.
 */
export const READ_JOURNAL = `
  select ${COLUMNS} from journal
  where symbol_group = $1 and first_sequence > $2 and batch_time >= moment_of($3)
  order by first_sequence limit $4`;

/** The row that holds a sequence, if there is one. */
export const JOURNAL_AT = `
  select * from (
    select ${COLUMNS} from journal
    where symbol_group = $1 and first_sequence <= $2
    order by first_sequence desc limit 1
  ) as newest where last_sequence >= $2`;

export interface JournalRow {
  readonly epoch: string;
  readonly first_sequence: string;
  readonly last_sequence: string;
  readonly batch_time: Date;
  readonly rules_version: number;
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
}
