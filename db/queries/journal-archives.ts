/**
 * Days of the journal that ended an hour ago or longer and are in no file, oldest first. $1: a time that counts
 * as now, or null.
 */
export const UNARCHIVED_DAYS = `
  select day::text, rows from (
    select (batch_time at time zone 'UTC')::date as day, count(*) as rows from journal
    where batch_time < date_trunc('day', coalesce($1, clock_timestamp()) - interval '1 hour', 'UTC')
    group by 1
  ) as days
  where not exists (select from journal_archives as a where a.day = days.day and a.rows = days.rows)
  order by day`;

export interface UnarchivedDay {
  /** `2026-11-23` */
  readonly day: string;
  readonly rows: string;
}

export const ARCHIVE_BATCHES = `
  select symbol_group, epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash from journal
  where batch_time >= ($1::date)::timestamp at time zone 'UTC' and batch_time < ($1::date + 1)::timestamp at time zone 'UTC'
  order by symbol_group, first_sequence`;

export interface ArchiveRow {
  readonly symbol_group: string;
  readonly epoch: string;
  readonly first_sequence: string;
  readonly last_sequence: string;
  readonly batch_time: Date;
  readonly rules_version: number;
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
}

/** `recorded` is false when the day has another number of rows by now. */
export const RECORD_ARCHIVE = "select record_journal_archive($1, $2, $3, $4) as recorded";
