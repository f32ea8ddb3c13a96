-- Maintenance: partitions ahead, rows that strayed into a default partition, what is past its retention.
-- Each step does one thing and says what, so that a program can take them one transaction at a time.
CREATE TABLE "journal_archives" (
	"day" date PRIMARY KEY NOT NULL,
	"file" text NOT NULL,
	"rows" bigint NOT NULL,
	"sha256" "bytea" NOT NULL,
	"archived_at" timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE "order_book_snapshots" ADD COLUMN "verified_at" timestamp with time zone;ALTER TABLE "partition_retention_config" ADD COLUMN "archive_first" boolean DEFAULT false NOT NULL;ALTER TABLE "partition_retention_config" ADD CONSTRAINT "partition_retention_config_months_check" CHECK ("partition_retention_config"."retention_months" >= 1);ALTER TABLE "partition_retention_config" ADD CONSTRAINT "partition_retention_config_days_check" CHECK ("partition_retention_config"."retention_days" >= 1);

INSERT INTO partition_retention_config (table_name) VALUES ('candles');

-- The partitions of a table but the default one. Bounds are read in UTC.
CREATE FUNCTION partitions_of(p_table text)
RETURNS TABLE (name text, range_start timestamptz, range_end timestamptz)
LANGUAGE sql STABLE
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT c.relname::text, bound[1]::timestamptz, bound[2]::timestamptz
  FROM pg_inherits AS i
  JOIN pg_class AS c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), $re$FROM \('(.+)'\) TO \('(.+)'\)$re$) AS bound
  WHERE i.inhparent = to_regclass(quote_ident(p_table)) AND bound IS NOT NULL
$$;

-- Who reads a default partition for long is waited for no longer than this: whoever comes next waits behind us.
ALTER FUNCTION create_partition(text, text, timestamptz, timestamptz) SET lock_timeout = '2s';

-- What each table is partitioned by: the column, the length of a partition, and its name.
CREATE FUNCTION partitioning_of(p_table text, OUT key_column text, OUT unit text, OUT name_format text)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT key_column, unit, name_format
  FROM (VALUES ('journal', 'batch_time', 'day', '"journal_"YYYY_MM_DD'), ('orders', 'created_at', 'month', '"orders_"YYYY_MM'),
               ('trades', 'executed_at', 'day', '"trades_"YYYY_MM_DD')) AS known (table_name, key_column, unit, name_format)
  WHERE table_name = p_table
$$;

-- Makes the partition of one row that lies in a default partition and could lie in one of its own; its name, or
-- NULL when there is none. What is further ahead than `p_until` stays where it is until its time comes.
CREATE FUNCTION house_next_stray(p_until timestamptz)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  parent text;
  how record;
  stray timestamptz;
  range_start timestamptz;
  partition_name text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['journal', 'orders', 'trades'] LOOP
    how := partitioning_of(parent);
    EXECUTE format('SELECT %I FROM %I WHERE %I < $1 LIMIT 1', how.key_column, parent || '_default', how.key_column)
      INTO stray USING p_until;
    CONTINUE WHEN stray IS NULL;
    range_start := date_trunc(how.unit, stray);
    partition_name := to_char(range_start, how.name_format);
    IF create_partition(parent, partition_name, range_start, range_start + ('1 ' || how.unit)::interval) THEN
      RETURN partition_name;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- What of a table lies wholly before this is past its retention.
CREATE FUNCTION retention_bound(p_config partition_retention_config, p_now timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
SET timezone = 'UTC'
AS $$
  SELECT p_now - coalesce(make_interval(days => p_config.retention_days), make_interval(months => p_config.retention_months))
$$;

-- Why a partition that is past its retention may not go yet; NULL: it may.
-- Orders: one of them is open. The journal: a group could not be recovered without it, since no snapshot after it
-- has been read back whole, or has events in it that are not published; or it is to be archived and is not.
CREATE FUNCTION why_partition_stays(p_table text, p_name text, p_from timestamptz, p_to timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  its_group engine_groups;
  last_in_it bigint;
  rows_in_it bigint;
BEGIN
  IF p_table = 'orders' AND EXISTS (SELECT FROM open_orders WHERE created_at >= p_from AND created_at < p_to) THEN
    RETURN 'an order in it is open';
  END IF;
  IF p_table = 'journal' THEN
    FOR its_group IN SELECT * FROM engine_groups LOOP
      EXECUTE format('SELECT last_sequence FROM %I WHERE symbol_group = $1 ORDER BY first_sequence DESC LIMIT 1', p_name)
        INTO last_in_it USING its_group.symbol_group;
      CONTINUE WHEN last_in_it IS NULL;
      IF its_group.published_sequence < last_in_it THEN
        RETURN format('events of group %s in it are not published', its_group.symbol_group);
      END IF;
      IF NOT EXISTS (
        SELECT FROM order_book_snapshots AS s
        WHERE s.symbol_group = its_group.symbol_group AND s.timeline = its_group.timeline AND s.verified_at IS NOT NULL
          AND (s.sequence = its_group.last_sequence AND s.hash = its_group.hash
               OR s.sequence > last_in_it AND EXISTS (
                 SELECT FROM journal AS j
                 WHERE j.symbol_group = s.symbol_group AND j.last_sequence = s.sequence AND j.hash = s.hash
                   AND j.first_sequence > last_in_it AND j.first_sequence <= s.sequence AND j.batch_time >= p_to))
      ) THEN
        RETURN format('group %s has no verified snapshot from after it', its_group.symbol_group);
      END IF;
    END LOOP;
    IF (SELECT archive_first FROM partition_retention_config WHERE table_name = 'journal') THEN
      EXECUTE format('SELECT count(*) FROM %I', p_name) INTO rows_in_it;
      IF rows_in_it > 0 AND NOT EXISTS (
        SELECT FROM journal_archives WHERE day = (p_from AT TIME ZONE 'UTC')::date AND rows = rows_in_it
      ) THEN
        RETURN 'it is not archived';
      END IF;
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- Detaches and drops the oldest partition that is past its retention and may go; its name, or NULL when there is none.
-- For the owner alone: whoever names the time decides what is past.
CREATE FUNCTION drop_next_past_partition(p_now timestamptz)
RETURNS text
LANGUAGE plpgsql
SET search_path = public, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
  past record;
BEGIN
  PERFORM pg_advisory_xact_lock(7201, 1);
  FOR past IN
    SELECT c.table_name, p.name, p.range_start, p.range_end
    FROM partition_retention_config AS c CROSS JOIN LATERAL partitions_of(c.table_name) AS p
    WHERE p.range_end <= retention_bound(c, p_now)
    ORDER BY p.range_end, c.table_name
  LOOP
    CONTINUE WHEN why_partition_stays(past.table_name, past.name, past.range_start, past.range_end) IS NOT NULL;
    -- From here on nobody writes to it; what was written while we waited counts.
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', past.table_name);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', past.name);
    IF why_partition_stays(past.table_name, past.name, past.range_start, past.range_end) IS NOT NULL THEN
      RETURN NULL; -- another time: who holds one table must not wait for another
    END IF;
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', past.table_name, past.name);
    EXECUTE format('DROP TABLE %I', past.name);
    EXECUTE format('DROP FUNCTION IF EXISTS %I(commit_order[])', past.name || '_end');
    RETURN past.name;
  END LOOP;
  RETURN NULL;
END
$$;

-- The same by the database's clock, for an engine.
CREATE FUNCTION drop_next_past_partition()
RETURNS text
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT drop_next_past_partition(clock_timestamp())
$$;

-- Deletes candles past their retention, at most so many of each symbol and interval: seconds after two days, the rest
-- as partition_retention_config says. How many; called until there are none.
CREATE FUNCTION purge_past_candles(p_now timestamptz, p_limit integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
  gone bigint;
BEGIN
  WITH past AS (
    SELECT c.ctid AS place
    FROM (SELECT symbol FROM symbols) AS s
    CROSS JOIN (
      SELECT 1 AS seconds, p_now - interval '2 days' AS before
      UNION ALL
      SELECT seconds, retention_bound(r, p_now)
      FROM partition_retention_config AS r CROSS JOIN (VALUES (60), (3600)) AS i (seconds) WHERE r.table_name = 'candles'
    ) AS i
    CROSS JOIN LATERAL (
      SELECT k.ctid FROM candles AS k
      WHERE k.symbol = s.symbol AND k.interval_seconds = i.seconds AND k.open_time < i.before
      ORDER BY k.open_time LIMIT p_limit
    ) AS c
  )
  DELETE FROM candles WHERE ctid IN (SELECT place FROM past);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END
$$;

CREATE FUNCTION purge_past_candles(p_limit integer)
RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT purge_past_candles(clock_timestamp(), p_limit)
$$;

-- Whether a snapshot that was read back whole counts as verified: the history must have its hash at its sequence.
CREATE FUNCTION mark_snapshot_verified(p_group text, p_epoch bigint, p_sequence bigint)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE order_book_snapshots AS s SET verified_at = clock_timestamp()
  WHERE s.symbol_group = p_group AND s.epoch = p_epoch AND s.sequence = p_sequence AND (
    EXISTS (SELECT FROM engine_groups AS g
            WHERE g.symbol_group = s.symbol_group AND g.last_sequence = s.sequence AND g.hash = s.hash)
    OR EXISTS (SELECT FROM journal AS j
               WHERE j.symbol_group = s.symbol_group AND j.last_sequence = s.sequence AND j.hash = s.hash
                 AND j.first_sequence <= s.sequence));
  RETURN FOUND;
END
$$;

-- As before; a snapshot written again is to be verified again.
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
      rules_version = excluded.rules_version, taken_at = excluded.taken_at, body = excluded.body, verified_at = NULL;
  DELETE FROM order_book_snapshots AS s
  WHERE s.symbol_group = p_group AND (s.epoch, s.sequence) NOT IN (
    SELECT n.epoch, n.sequence FROM order_book_snapshots AS n WHERE n.symbol_group = p_group
    ORDER BY n.epoch DESC, n.sequence DESC LIMIT 3);
  RETURN true;
END
$$;

-- Takes note that a day of the journal is in a file; false when the day has another number of rows by now.
CREATE FUNCTION record_journal_archive(p_day date, p_file text, p_rows bigint, p_sha256 bytea)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  rows_now bigint;
BEGIN
  SELECT count(*) INTO rows_now FROM journal
  WHERE batch_time >= p_day::timestamptz AND batch_time < (p_day + 1)::timestamptz;
  IF rows_now <> p_rows THEN
    RETURN false;
  END IF;
  INSERT INTO journal_archives (day, file, rows, sha256) VALUES (p_day, p_file, p_rows, p_sha256)
  ON CONFLICT (day) DO UPDATE
  SET file = excluded.file, rows = excluded.rows, sha256 = excluded.sha256, archived_at = now();
  RETURN true;
END
$$;

-- One line a table: how many partitions there are and how many are ahead of now, what lies in the default one
-- (counted up to 100,000), what is past its retention and why it stays.
-- Status: critical when the time after this one has no partition yet, warning when something is to be looked at.
CREATE FUNCTION check_partition_health(p_now timestamptz DEFAULT now())
RETURNS TABLE (table_name text, status text, partitions bigint, partitions_ahead bigint, default_rows bigint,
               oldest timestamptz, newest timestamptz, past_retention bigint, words text)
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  enough record;
  config partition_retention_config;
  stays text;
BEGIN
  FOR enough IN SELECT * FROM (VALUES ('journal', 3), ('orders', 2), ('trades', 3)) AS e (parent, ahead) LOOP
    table_name := enough.parent;
    SELECT * INTO config FROM partition_retention_config AS r WHERE r.table_name = enough.parent;
    SELECT count(*), count(*) FILTER (WHERE p.range_start > p_now), min(p.range_start), max(p.range_end),
           count(*) FILTER (WHERE p.range_end <= retention_bound(config, p_now))
    INTO partitions, partitions_ahead, oldest, newest, past_retention
    FROM partitions_of(enough.parent) AS p;
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I LIMIT 100000) AS strays', enough.parent || '_default')
      INTO default_rows;
    stays := NULL;
    IF past_retention > 0 THEN
      SELECT format('%s stays: %s', p.name, coalesce(why_partition_stays(enough.parent, p.name, p.range_start, p.range_end),
                                                    'maintenance has not run'))
      INTO stays
      FROM partitions_of(enough.parent) AS p WHERE p.range_end <= retention_bound(config, p_now)
      ORDER BY p.range_start LIMIT 1;
    END IF;
    words := concat_ws('; ',
      CASE WHEN partitions_ahead < enough.ahead THEN format('only %s partitions ahead', partitions_ahead) END,
      CASE WHEN default_rows > 0 THEN format('%s rows in the default partition', default_rows) END,
      stays);
    status := CASE WHEN partitions_ahead = 0 THEN 'critical' WHEN words <> '' THEN 'warning' ELSE 'ok' END;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Maintenance by hand: three months of orders, seven days of trades and journal ahead, strays housed, retention
-- applied, all in one transaction. What the program does one transaction at a time takes all its locks first here,
-- in the order in which a commit takes them, so that the two never wait for each other. A second call waits for the
-- first, and then finds nothing to do.
CREATE FUNCTION maintain_partitions(p_now timestamptz DEFAULT now())
RETURNS TABLE (action text, partition_name text)
LANGUAGE plpgsql
SET search_path = public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '10min'
AS $$
DECLARE
  until CONSTANT timestamptz := date_trunc('day', p_now) + interval '8 days';
  parent text;
BEGIN
  PERFORM pg_advisory_xact_lock(7201, 5);
  PERFORM pg_advisory_xact_lock(7201, 1);
  PERFORM set_config('lock_timeout', '5s', true);
  FOREACH parent IN ARRAY ARRAY['journal', 'orders', 'trades'] LOOP
    IF EXISTS (SELECT FROM partition_retention_config AS c CROSS JOIN LATERAL partitions_of(c.table_name) AS p
               WHERE c.table_name = parent AND p.range_end <= retention_bound(c, p_now)) THEN
      EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
  END LOOP;

  action := 'made';
  LOOP
    partition_name := ensure_next_partition(p_now, 3, 7, 7);
    EXIT WHEN partition_name IS NULL;
    RETURN NEXT;
  END LOOP;
  action := 'made for strays';
  LOOP
    partition_name := house_next_stray(until);
    EXIT WHEN partition_name IS NULL;
    RETURN NEXT;
  END LOOP;
  action := 'dropped';
  LOOP
    partition_name := drop_next_past_partition(p_now);
    EXIT WHEN partition_name IS NULL;
    RETURN NEXT;
  END LOOP;
  WHILE purge_past_candles(p_now, 10000) > 0 LOOP
  END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION
  partitions_of(text), partitioning_of(text), house_next_stray(timestamptz),
  retention_bound(partition_retention_config, timestamptz),
  why_partition_stays(text, text, timestamptz, timestamptz), drop_next_past_partition(timestamptz),
  drop_next_past_partition(), purge_past_candles(timestamptz, integer), purge_past_candles(integer),
  mark_snapshot_verified(text, bigint, bigint), record_journal_archive(date, text, bigint, bytea),
  check_partition_health(timestamptz), maintain_partitions(timestamptz)
FROM PUBLIC;
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION
  house_next_stray(timestamptz), drop_next_past_partition(), purge_past_candles(integer),
  mark_snapshot_verified(text, bigint, bigint), record_journal_archive(date, text, bigint, bytea) TO %I');
SELECT grant_if_role('trade_engine', 'GRANT SELECT ON journal_archives TO %I');
SELECT grant_if_role(role, 'GRANT EXECUTE ON FUNCTION check_partition_health(timestamptz) TO %I')
FROM unnest(ARRAY['trade_engine', 'trade_api', 'trade_readonly']) AS role;
SELECT grant_if_role('trade_readonly', 'GRANT SELECT ON journal_archives TO %I');
