-- What an operator asks for by hand.

-- The orders that live, with what is left of them.
CREATE VIEW v_active_orders AS
SELECT order_id, user_id, client_order_id, list_id, symbol, side, type, time_in_force, status, price, stop_price,
       quantity, quote_quantity, filled_quantity, filled_quote, prevented_quantity,
       quantity - filled_quantity - prevented_quantity AS remaining_quantity,
       created_at, updated_at, triggered_at, expire_at, sequence
FROM open_orders;

-- Of each symbol, to the minute, out of the candles: the same cost however much is traded.
CREATE VIEW v_trade_volume_24h AS
SELECT s.symbol, coalesce(traded.trades, 0) AS trades, coalesce(traded.volume, 0) AS volume,
       coalesce(traded.quote_volume, 0) AS quote_volume, traded.open, traded.high, traded.low, traded.close,
       traded.close - traded.open AS change
FROM symbols AS s
LEFT JOIN LATERAL (
  SELECT sum(c.trades)::bigint AS trades, sum(c.volume) AS volume, sum(c.quote_volume) AS quote_volume,
         (array_agg(c.open ORDER BY c.open_time))[1] AS open, max(c.high) AS high, min(c.low) AS low,
         (array_agg(c.close ORDER BY c.open_time DESC))[1] AS close
  FROM candles AS c
  WHERE c.symbol = s.symbol AND c.interval_seconds = 60 AND c.open_time > now() - interval '24 hours'
) AS traded ON true;

-- How many orders of the last 24 hours, and of those that live whatever their age, are in which status.
CREATE VIEW v_order_status_distribution AS
SELECT symbol, status, count(*) AS orders, min(created_at) AS oldest, max(created_at) AS newest
FROM (
  SELECT symbol, status, created_at FROM open_orders
  UNION ALL
  SELECT symbol, status, created_at FROM orders
  WHERE created_at > now() - interval '24 hours' AND status IN ('FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED')
) AS every_order
GROUP BY symbol, status;

-- The books as they were at the last refresh, hidden parts of icebergs included. Not for clients: those read the
-- engine's book, which follows every commit.
CREATE MATERIALIZED VIEW mv_order_book_snapshot AS
SELECT symbol, side, price, sum(quantity - filled_quantity - prevented_quantity) AS quantity, count(*) AS orders,
       max(sequence) AS sequence, now() AS taken_at
FROM open_orders
WHERE status IN ('OPEN', 'PARTIALLY_FILLED') AND price IS NOT NULL
GROUP BY symbol, side, price;

-- Unique, since refreshing it under its readers' eyes asks for that.
CREATE UNIQUE INDEX mv_order_book_snapshot_key ON mv_order_book_snapshot (symbol, side, price);

-- Readers see the one before until it is done. How many levels there are.
CREATE FUNCTION refresh_order_book_snapshot() RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  REFRESH MATERIALIZED VIEW CONCURRENTLY mv_order_book_snapshot;
  RETURN (SELECT count(*) FROM mv_order_book_snapshot);
END
$$;

-- Who is connected to this database, by program and state, and how much of what the server allows that is.
CREATE FUNCTION check_db_connections()
RETURNS TABLE (application_name text, state text, connections bigint, longest_in_state interval, server_connections bigint,
               max_connections integer, used_percent numeric)
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  WITH server AS (
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
           current_setting('max_connections')::integer AS allowed
  )
  SELECT a.application_name, coalesce(a.state, 'unknown'), count(*), max(clock_timestamp() - a.state_change),
         server.used, server.allowed, round(100.0 * server.used / server.allowed, 1)
  FROM pg_stat_activity AS a CROSS JOIN server
  WHERE a.datname = current_database() AND a.backend_type = 'client backend'
  GROUP BY a.application_name, a.state, server.used, server.allowed
  ORDER BY count(*) DESC, 1, 2
$$;

-- Sizes of tables in bytes, partitions counted with their table; rows as the last analyze estimated them.
CREATE FUNCTION check_table_sizes()
RETURNS TABLE (table_name text, partitions bigint, estimated_rows bigint, table_bytes bigint, index_bytes bigint,
               total_bytes bigint, total text)
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
  WITH tables AS (
    SELECT coalesce(i.inhparent, c.oid) AS root, c.oid AS part, c.reltuples
    FROM pg_class AS c LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')
  )
  SELECT r.relname::text, count(*) FILTER (WHERE t.part <> t.root), sum(greatest(t.reltuples, 0))::bigint,
         sum(pg_table_size(t.part))::bigint, sum(pg_indexes_size(t.part))::bigint,
         sum(pg_total_relation_size(t.part))::bigint, pg_size_pretty(sum(pg_total_relation_size(t.part)))
  FROM tables AS t JOIN pg_class AS r ON r.oid = t.root
  GROUP BY r.relname
  ORDER BY 6 DESC, 1
$$;

REVOKE EXECUTE ON FUNCTION refresh_order_book_snapshot(), check_db_connections(), check_table_sizes() FROM PUBLIC;
SELECT grant_if_role(role, 'GRANT SELECT ON v_active_orders, v_trade_volume_24h, v_order_status_distribution,
  mv_order_book_snapshot TO %I')
FROM unnest(ARRAY['trade_engine', 'trade_api', 'trade_readonly']) AS role;
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION refresh_order_book_snapshot() TO %I');
SELECT grant_if_role(role, 'GRANT EXECUTE ON FUNCTION check_db_connections(), check_table_sizes() TO %I')
FROM unnest(ARRAY['trade_engine', 'trade_api', 'trade_readonly']) AS role;
