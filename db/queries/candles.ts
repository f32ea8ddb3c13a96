/**
 * Candles of a symbol ($1), oldest first, the newest $6 of those that begin in [$4, $5) (milliseconds): of
 * $3 seconds each, folded out of the stored ones of $2 seconds. Intervals are counted from $7 (milliseconds).
 */
export const CANDLES = `
  select * from (
    select date_bin(make_interval(secs => $3::integer), open_time, moment_of($7)) as open_time,
           (array_agg(open order by c.open_time))[1] as open, max(high) as high, min(low) as low,
           (array_agg(close order by c.open_time desc))[1] as close, sum(volume) as volume,
           sum(quote_volume) as quote_volume, sum(taker_buy_volume) as taker_buy_volume,
           sum(trades)::bigint as trades, max(sequence)::bigint as sequence
    from candles as c
    where symbol = $1 and interval_seconds = $2 and c.open_time >= moment_of($4) and c.open_time < moment_of($5)
    group by 1 order by 1 desc limit $6
  ) as newest order by open_time`;

/** The same where the stored ones are wanted as they are: as many rows are read as are returned. */
export const STORED_CANDLES = `
  select * from (
    select open_time, open, high, low, close, volume, quote_volume, taker_buy_volume, trades, sequence
    from candles
    where symbol = $1 and interval_seconds = $2 and open_time >= moment_of($3) and open_time < moment_of($4)
    order by open_time desc limit $5
  ) as newest order by open_time`;

/** What was traded of a symbol ($1) in the minutes that begin in [$2, $3) (milliseconds); no row without a trade. */
export const TRADED_IN_WINDOW = `
  select (array_agg(open order by open_time))[1] as open, max(high) as high, min(low) as low,
         (array_agg(close order by open_time desc))[1] as close, sum(volume) as volume,
         sum(quote_volume) as quote_volume, sum(taker_buy_volume) as taker_buy_volume,
         sum(trades)::bigint as trades, max(sequence)::bigint as sequence, min(open_time) as open_time
  from candles
  where symbol = $1 and interval_seconds = 60 and open_time >= moment_of($2) and open_time < moment_of($3)
  having count(*) > 0`;

export interface CandleRow {
  readonly open_time: Date;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly quote_volume: string;
  readonly taker_buy_volume: string;
  readonly trades: string;
  readonly sequence: string;
}
