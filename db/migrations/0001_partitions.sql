-- Partitions made ahead of time, and how long they are kept.

INSERT INTO partition_retention_config (table_name, retention_months, retention_days)
VALUES ('orders', 60, NULL), ('trades', 60, NULL), ('journal', 60, 30);

-- Makes one partition of orders, trades or the journal; false when it is there. Built aside and attached:
-- CREATE ... PARTITION OF would lock the whole table against writers. Rows that the default partition has caught
-- for this range move first, or the attaching would fail.
-- One partition a transaction: an engine may write to several default partitions in one commit, and whoever holds
-- one of them must not wait for another.
CREATE FUNCTION create_partition(p_table text, p_name text, p_from timestamptz, p_to timestamptz)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '10s'
AS $$
DECLARE
  default_name text := p_table || '_default';
  key_column text;
BEGIN
  key_column := CASE p_table WHEN 'orders' THEN 'created_at' WHEN 'trades' THEN 'executed_at' WHEN 'journal' THEN 'batch_time' END;
  IF key_column IS NULL THEN
    RAISE EXCEPTION 'create_partition: % is not partitioned', p_table;
  END IF;
  PERFORM pg_advisory_xact_lock(7201, 1);
  -- Not to_regclass(): what it found before the wait for the lock it may remember.
  IF EXISTS (SELECT FROM pg_class WHERE relname = p_name AND relnamespace = 'public'::regnamespace) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', p_name, p_table);
  IF p_table = 'orders' THEN
    EXECUTE format('ALTER TABLE %I SET (fillfactor = 85)', p_name);
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', default_name);
  EXECUTE format(
    'WITH stray AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM stray',
    default_name, key_column, p_from, key_column, p_to, p_name);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', p_table, p_name, p_from, p_to);
  RETURN true;
END
$$;

-- Makes the first partition that is missing from the current month or day on, `p_order_months` of orders,
-- `p_trade_days` of trades and `p_journal_days` of the journal ahead; its name, or NULL when none is missing.
-- Called until then. Names and bounds are UTC: orders_2026_11, trades_2026_11_23, journal_2026_11_23.
CREATE FUNCTION ensure_next_partition(p_now timestamptz, p_order_months integer, p_trade_days integer, p_journal_days integer)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  this_month timestamptz := date_trunc('month', p_now);
  this_day timestamptz := date_trunc('day', p_now);
  wanted record;
BEGIN
  -- A partition lost in a crash is made again, and whatever is committed after it takes it along to the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR wanted IN
    SELECT 'orders' AS parent, to_char(range_start, '"orders_"YYYY_MM') AS name,
           range_start, range_start + interval '1 month' AS range_end
    FROM generate_series(this_month, this_month + make_interval(months => p_order_months), interval '1 month') AS range_start
    UNION ALL
    SELECT 'trades', to_char(range_start, '"trades_"YYYY_MM_DD'), range_start, range_start + interval '1 day'
    FROM generate_series(this_day, this_day + make_interval(days => p_trade_days), interval '1 day') AS range_start
    UNION ALL
    SELECT 'journal', to_char(range_start, '"journal_"YYYY_MM_DD'), range_start, range_start + interval '1 day'
    FROM generate_series(this_day, this_day + make_interval(days => p_journal_days), interval '1 day') AS range_start
  LOOP
    IF to_regclass(quote_ident(wanted.name)) IS NULL
       AND create_partition(wanted.parent, wanted.name, wanted.range_start, wanted.range_end) THEN
      RETURN wanted.name;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
