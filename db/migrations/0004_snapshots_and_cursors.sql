-- The group's row, the publishing cursor and the snapshots: what an engine does besides committing.

-- The group's row, made if there is none.
CREATE FUNCTION ensure_engine_group(p_group text) RETURNS SETOF engine_groups
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
ROWS 1
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM engine_groups WHERE symbol_group = p_group) THEN
    PERFORM pg_advisory_xact_lock(7201, 3);
    INSERT INTO engine_groups (symbol_group, group_number)
    SELECT p_group, coalesce(max(group_number) + 1, 0) FROM engine_groups
    ON CONFLICT (symbol_group) DO NOTHING;
  END IF;
  RETURN QUERY SELECT * FROM engine_groups WHERE symbol_group = p_group;
END
$$;

-- From now on older engines are fenced.
CREATE FUNCTION take_epoch(p_group text) RETURNS SETOF engine_groups
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
ROWS 1
AS $$
BEGIN
  PERFORM ensure_engine_group(p_group);
  RETURN QUERY UPDATE engine_groups SET epoch = epoch + 1, epoch_taken_at = clock_timestamp()
  WHERE symbol_group = p_group RETURNING *;
END
$$;

-- False when the epoch is another. The cursor never goes back, nor past what is committed.
CREATE FUNCTION move_published(p_group text, p_epoch bigint, p_sequence bigint) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE engine_groups SET published_sequence = greatest(published_sequence, least(p_sequence, last_sequence))
  WHERE symbol_group = p_group AND epoch = p_epoch;
  RETURN FOUND;
END
$$;

CREATE FUNCTION count_command_failure(p_group text, p_command_id uuid) RETURNS integer
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  INSERT INTO command_failures AS f (symbol_group, command_id, failures) VALUES (p_group, p_command_id, 1)
  ON CONFLICT (symbol_group, command_id) DO UPDATE SET failures = f.failures + 1, last_failed_at = clock_timestamp()
  RETURNING failures
$$;

-- Keeps a snapshot and the newest three of its group. False when the store has seen a newer epoch.
CREATE FUNCTION save_order_book_snapshot(
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
