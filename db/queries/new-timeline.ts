/**
 * A new timeline for every group, its epoch raised. The restored snapshots that belong to what was restored go along:
 * the journal vouches for them by its hash, and without them a group whose old journal rows were dropped could not
 * be rebuilt.
 */
export const NEW_TIMELINE = `
  with before as (
    select symbol_group, timeline from engine_groups order by symbol_group for update
  ), renewed as (
    update engine_groups as g
    set timeline = gen_random_uuid(), epoch = g.epoch + 1, epoch_taken_at = clock_timestamp()
    from before where before.symbol_group = g.symbol_group
    returning g.symbol_group, g.timeline, before.timeline as previous_timeline, g.epoch, g.last_sequence
  ), relabelled as (
    update order_book_snapshots as s set timeline = renewed.timeline
    from renewed
    where s.symbol_group = renewed.symbol_group and s.timeline = renewed.previous_timeline
      and s.sequence <= renewed.last_sequence
  )
  select * from renewed order by symbol_group`;

export interface NewTimelineRow {
  readonly symbol_group: string;
  readonly timeline: string;
  readonly previous_timeline: string;
  readonly epoch: string;
  readonly last_sequence: string;
}
