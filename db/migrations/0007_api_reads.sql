-- What the API asks for and keeps: orders by their list, idempotency keys.

CREATE INDEX "open_orders_list_id_idx" ON "open_orders" USING btree ("list_id") WHERE "open_orders"."list_id" is not null;
CREATE INDEX "orders_list_id_idx" ON "orders" USING btree ("list_id") WHERE "orders"."list_id" is not null;

-- What a key stands for now: won (this call made the row), answered, mismatch (another body), in-flight, or
-- resend (sent before without a certain answer, and taken over by this call).
CREATE FUNCTION claim_idempotency_key(
  p_user_id text, p_route text, p_key text, p_body_hash bytea, p_command_id uuid, p_lease_ms integer,
  OUT state text, OUT command_id uuid, OUT response_status smallint, OUT response_body text
)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
  lease_end timestamptz := clock_timestamp() + p_lease_ms * interval '1 millisecond';
  known idempotency_keys;
BEGIN
  state := 'won';
  command_id := p_command_id;
  INSERT INTO idempotency_keys (user_id, route, key, body_hash, command_id, lease_until)
  VALUES (p_user_id, p_route, p_key, p_body_hash, p_command_id, lease_end)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT * INTO known FROM idempotency_keys AS k
  WHERE k.user_id = p_user_id AND k.route = p_route AND k.key = p_key FOR UPDATE;
  IF NOT FOUND THEN
    -- It was purged between the two statements: as good as in flight, the next call wins.
    state := 'in-flight';
  ELSIF known.created_at < now() - interval '24 hours' THEN
    UPDATE idempotency_keys AS k
    SET body_hash = p_body_hash, command_id = p_command_id, order_id = NULL, created_at = now(),
        lease_until = lease_end, response_status = NULL, response_body = NULL
    WHERE k.user_id = p_user_id AND k.route = p_route AND k.key = p_key;
  ELSIF known.body_hash <> p_body_hash THEN
    state := 'mismatch';
  ELSIF known.response_status IS NOT NULL THEN
    state := 'answered';
    command_id := known.command_id;
    response_status := known.response_status;
    response_body := known.response_body;
  ELSIF known.lease_until > clock_timestamp() THEN
    state := 'in-flight';
  ELSE
    UPDATE idempotency_keys AS k SET lease_until = lease_end
    WHERE k.user_id = p_user_id AND k.route = p_route AND k.key = p_key;
    state := 'resend';
    command_id := known.command_id;
  END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION claim_idempotency_key(text, text, text, bytea, uuid, integer) FROM PUBLIC;
SELECT grant_if_role('trade_api',
  'GRANT EXECUTE ON FUNCTION claim_idempotency_key(text, text, text, bytea, uuid, integer) TO %I');
