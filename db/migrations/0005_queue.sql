-- The command queue of the embedded run: durable, ordered, one active consumer a group.

-- Puts messages on their groups' queues, each group's in the order given; for each, whether there is such a
-- queue. Publishers of a group take turns until they have committed, so that a reader that asks for ids above
-- the last it saw never misses a smaller one committed later.
CREATE FUNCTION queue_publish(p_groups text[], p_bodies bytea[]) RETURNS boolean[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  known text[];
BEGIN
  PERFORM pg_advisory_xact_lock(7202, lock_key)
  FROM (SELECT DISTINCT hashtext(g) AS lock_key FROM unnest(p_groups) AS g ORDER BY 1) AS keys;
  SELECT coalesce(array_agg(q.queue_group), '{}') INTO known FROM queue_groups AS q WHERE q.queue_group = ANY (p_groups);
  INSERT INTO queue_messages (queue_group, body)
  SELECT m.queue_group, m.body
  FROM unnest(p_groups, p_bodies) WITH ORDINALITY AS m (queue_group, body, place)
  WHERE m.queue_group = ANY (known) ORDER BY m.place;
  RETURN (SELECT array_agg(m.queue_group = ANY (known) ORDER BY m.place)
          FROM unnest(p_groups) WITH ORDINALITY AS m (queue_group, place));
END
$$;

-- A tick, unless something lies in the queue already: that promotes a stand-by as well.
CREATE FUNCTION queue_tick(p_group text, p_body bytea) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM queue_messages WHERE queue_group = p_group) THEN
    RETURN false;
  END IF;
  RETURN (queue_publish(ARRAY[p_group], ARRAY[p_body]))[1];
END
$$;

-- Tries to make this session the group's only consumer. NULL: another one is. Else the id up to which messages
-- may have been delivered before.
CREATE FUNCTION queue_take(p_group text) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  was_consumed boolean;
BEGIN
  IF NOT pg_try_advisory_lock(7203, hashtext(p_group)) THEN
    RETURN NULL;
  END IF;
  SELECT consumed INTO was_consumed FROM queue_groups WHERE queue_group = p_group;
  IF was_consumed THEN
    RETURN coalesce((SELECT max(message_id) FROM queue_messages WHERE queue_group = p_group), 0);
  END IF;
  -- The session commits without waiting for the disk (a lost acknowledgement is only delivered again); this may not.
  PERFORM set_config('synchronous_commit', 'on', true);
  UPDATE queue_groups SET consumed = true WHERE queue_group = p_group;
  RETURN 0;
END
$$;
