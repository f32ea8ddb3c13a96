DROP FUNCTION commit_batch(text, bigint, bigint, bytea, bigint, bigint, integer, bytea, bytea, commit_order[],
  commit_order[], commit_order[], commit_trade[], commit_symbol[]);
DROP FUNCTION write_ended_orders(commit_order[]);
DROP FUNCTION define_end_of_orders(text);
-- Those that it made, one for each partition.
DO $$
DECLARE
  made regprocedure;
BEGIN
  FOR made IN
    SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname ~ '^orders_\w+_end$'
  LOOP
    EXECUTE 'DROP FUNCTION ' || made;
  END LOOP;
END
$$;
DROP FUNCTION expect_rows(text, integer, bigint);
DROP TYPE commit_symbol, commit_trade, commit_order;
DROP FUNCTION quote_amount(numeric, numeric, numeric);
DROP FUNCTION moment_of(bigint);
