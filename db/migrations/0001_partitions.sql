-- Partitions made ahead of time, and how long they are kept.

INSERT INTO partition_retention_config (table_name, retention_months, retention_days)
VALUES ('orders', 60, NULL), ('trades', 60, NULL), ('journal', 60, 30);

-- Makes one partition of a table that is partitioned by range of `p_column`; false when it is there.
-- Built aside and attached: CREATE ... PARTITION OF would lock the whole table against writers. Rows that
-- the default partition has caught for this range move first, or the attaching would fail.
CREATE FUNCTION create_partition(p_table text, p_column text, p_name text, p_from timestamptz, p_to timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '10s'
AS $$
DECLARE
  default_name text := p_table || '_default';
BEGIN
  IF to_regclass(quote_ident(p_name)) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', p_name, p_table);
  IF p_table = 'orders' THEN
    EXECUTE format('ALTER TABLE %I SET (fillfactor = 85)', p_name);
  ELSIF p_table = 'journal' THEN
    EXECUTE format('ALTER TABLE %I SET (autovacuum_vacuum_insert_threshold = 100000)', p_name);
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', default_name);
  EXECUTE format(
    'WITH stray AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM stray',
    default_name, p_column, p_from, p_column, p_to, p_name);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', p_table, p_name, p_from, p_to);
  RETURN true;
END
$$;

-- Makes what is missing from the current month or day on: `p_order_months` of orders, `p_trade_days` of
-- trades and `p_journal_days` of the journal ahead. Returns how many it made. Safe when several call it at
-- once: they take turns. Names and bounds are UTC: orders_2026_11, trades_2026_11_23, journal_2026_11_23.
CREATE FUNCTION ensure_partitions(p_now timestamptz, p_order_months integer, p_trade_days integer, p_journal_days integer)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  this_month timestamptz := date_trunc('month', p_now);
  this_day timestamptz := date_trunc('day', p_now);
  made integer := 0;
  wanted record;
BEGIN
  PERFORM pg_advisory_xact_lock(7201, 1);
  FOR wanted IN
    SELECT 'orders' AS parent, 'created_at' AS key, to_char(range_start, '"orders_"YYYY_MM') AS name,
           range_start, range_start + interval '1 month' AS range_end
    FROM generate_series(this_month, this_month + make_interval(months => p_order_months), interval '1 month') AS range_start
    UNION ALL
    SELECT 'trades', 'executed_at', to_char(range_start, '"trades_"YYYY_MM_DD'), range_start, range_start + interval '1 day'
    FROM generate_series(this_day, this_day + make_interval(days => p_trade_days), interval '1 day') AS range_start
    UNION ALL
    SELECT 'journal', 'batch_time', to_char(range_start, '"journal_"YYYY_MM_DD'), range_start, range_start + interval '1 day'
    FROM generate_series(this_day, this_day + make_interval(days => p_journal_days), interval '1 day') AS range_start
  LOOP
    IF create_partition(wanted.parent, wanted.key, wanted.name, wanted.range_start, wanted.range_end) THEN
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END
$$;
