-- Roles with least rights. They belong to the whole cluster: another database may have made them, and whoever
-- migrates may not be allowed to (then nothing is granted, and the owner is who connects).
-- An engine writes through functions only, each of which is fenced or counts; it has no table to write to.

DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['trade_migrator', 'trade_engine', 'trade_api', 'trade_readonly'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN RAISE NOTICE 'may not create role %', role_name;
      END;
    END IF;
  END LOOP;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;

CREATE FUNCTION grant_if_role(p_role text, p_statement text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
    EXECUTE format(p_statement, p_role);
  END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION grant_if_role(text, text) FROM PUBLIC;

SELECT grant_if_role('trade_migrator', 'GRANT USAGE, CREATE ON SCHEMA public TO %I');

SELECT grant_if_role('trade_engine', 'GRANT USAGE ON SCHEMA public TO %I');
SELECT grant_if_role('trade_engine', 'GRANT SELECT ON orders, open_orders, trades, stop_orders_watchlist, journal,
  engine_groups, symbols, symbol_numbers, command_failures, order_book_snapshots, partition_retention_config TO %I');
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION
  commit_batch(text, bigint, bigint, bytea, bigint, bigint, integer, bytea, bytea, commit_order[], commit_order[],
    commit_order[], commit_trade[], commit_symbol[]),
  moment_of(bigint), ensure_engine_group(text), take_epoch(text), move_published(text, bigint, bigint),
  count_command_failure(text, uuid),
  save_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, bytea),
  ensure_next_partition(timestamptz, integer, integer, integer) TO %I');

SELECT grant_if_role('trade_api', 'GRANT USAGE ON SCHEMA public TO %I');
SELECT grant_if_role('trade_api', 'GRANT SELECT ON orders, open_orders, trades, stop_orders_watchlist, symbols,
  symbol_numbers, journal, engine_groups TO %I');
SELECT grant_if_role('trade_api', 'GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO %I');
SELECT grant_if_role('trade_api', 'GRANT EXECUTE ON FUNCTION moment_of(bigint), allocate_symbol_number(text) TO %I');

SELECT grant_if_role('trade_readonly', 'GRANT USAGE ON SCHEMA public TO %I');
SELECT grant_if_role('trade_readonly', 'GRANT SELECT ON orders, open_orders, trades, stop_orders_watchlist, symbols,
  engine_groups, partition_retention_config TO %I');
