DROP FUNCTION maintain_partitions(timestamptz);
DROP FUNCTION check_partition_health(timestamptz);
DROP FUNCTION record_journal_archive(date, text, bigint, bytea);
DROP FUNCTION mark_snapshot_verified(text, bigint, bigint);
DROP FUNCTION purge_past_candles(integer);
DROP FUNCTION purge_past_candles(timestamptz, integer);
DROP FUNCTION drop_next_past_partition();
DROP FUNCTION drop_next_past_partition(timestamptz);
DROP FUNCTION why_partition_stays(text, text, timestamptz, timestamptz);
DROP FUNCTION retention_bound(partition_retention_config, timestamptz);
DROP FUNCTION house_next_stray(timestamptz);
DROP FUNCTION partitioning_of(text);
DROP FUNCTION partitions_of(text);

-- Keeps a snapshot and the newest three of its group. False when the store has seen a newer epoch.
CREATE OR REPLACE FUNCTION save_order_book_snapshot(
  p_group text, p_epoch bigint, p_sequence bigint, p_timeline uuid, p_hash bytea, p_format_version integer,
  p_rules_version integer, p_taken_ms bigint, p_body bytea
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7204, hashtext(p_group));
  IF EXISTS (SELECT FROM order_book_snapshots WHERE symbol_group = p_group AND epoch > p_epoch) THEN
    RETURN false;
  END IF;
  INSERT INTO order_book_snapshots (symbol_group, epoch, sequence, timeline, hash, format_version, rules_version, taken_at, body)
  VALUES (p_group, p_epoch, p_sequence, p_timeline, p_hash, p_format_version, p_rules_version, moment_of(p_taken_ms), p_body)
  ON CONFLICT (symbol_group, sequence, epoch) DO UPDATE
  SET timeline = excluded.timeline, hash = excluded.hash, format_version = excluded.format_version,
      rules_version = excluded.rules_version, taken_at = excluded.taken_at, body = excluded.body;
  DELETE FROM order_book_snapshots AS s
  WHERE s.symbol_group = p_group AND (s.epoch, s.sequence) NOT IN (
    SELECT n.epoch, n.sequence FROM order_book_snapshots AS n WHERE n.symbol_group = p_group
    ORDER BY n.epoch DESC, n.sequence DESC LIMIT 3);
  RETURN true;
END
$$;

ALTER FUNCTION create_partition(text, text, timestamptz, timestamptz) SET lock_timeout = '10s';
DELETE FROM partition_retention_config WHERE table_name = 'candles';
ALTER TABLE partition_retention_config DROP CONSTRAINT partition_retention_config_days_check,
  DROP CONSTRAINT partition_retention_config_months_check, DROP COLUMN archive_first;
ALTER TABLE order_book_snapshots DROP COLUMN verified_at;
DROP TABLE journal_archives;
