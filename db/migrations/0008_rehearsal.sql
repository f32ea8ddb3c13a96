-- Commits of every shape, undone again: a session that has been through it finds its plans made and its caches
-- filled at its first real commit, which for a stand-by is the one that everybody waits for. False when it could
-- not be done: the real commit will say what is wrong.
CREATE FUNCTION rehearse_commit() RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  own_group CONSTANT text := '~rehearsal';
  number_of_symbol integer;
  zeros CONSTANT bytea := decode(repeat('00', 32), 'hex');
  now_ms CONSTANT bigint := floor(extract(epoch FROM now()) * 1000);
  waiting commit_order;
  resting commit_order;
  done commit_order;
  trade commit_trade;
BEGIN
  SELECT min(symbol_number) INTO number_of_symbol FROM symbols;
  IF number_of_symbol IS NULL THEN
    RETURN false;
  END IF;
  -- Nobody makes a group of the same number meanwhile.
  PERFORM pg_advisory_xact_lock(7201, 3);
  resting := ROW(gen_random_uuid(), now_ms, now_ms, 1, number_of_symbol, own_group, own_group, NULL, 0, 0, 0, false,
                 0, 1, NULL, 1, 1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  waiting := resting;
  waiting.id := gen_random_uuid();
  waiting.type := 2;
  waiting.status := 0;
  waiting.stop_price := 1;
  done := waiting;
  done.status := 4;
  trade := ROW(gen_random_uuid(), now_ms, 1, number_of_symbol, resting.id, waiting.id, own_group, own_group, 0, 1, 1);
  BEGIN
    INSERT INTO engine_groups (symbol_group, group_number)
    SELECT own_group, coalesce(max(group_number) + 1, 0) FROM engine_groups;
    PERFORM commit_batch(own_group, 0, 0, zeros, 1, now_ms, 0, zeros, '', ARRAY[resting, waiting], '{}', '{}',
                         ARRAY[trade], '{}');
    PERFORM commit_batch(own_group, 0, 1, zeros, 2, now_ms, 0, zeros, '', '{}', ARRAY[resting, waiting], '{}', '{}', '{}');
    PERFORM commit_batch(own_group, 0, 2, zeros, 3, now_ms, 0, zeros, '', '{}', '{}', ARRAY[resting, done], '{}', '{}');
    RAISE EXCEPTION USING ERRCODE = 'TE001', MESSAGE = 'undo';
  EXCEPTION
    WHEN SQLSTATE 'TE001' THEN RETURN true;
    WHEN OTHERS THEN RETURN false;
  END;
END
$$;

REVOKE EXECUTE ON FUNCTION rehearse_commit() FROM PUBLIC;
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION rehearse_commit() TO %I');
