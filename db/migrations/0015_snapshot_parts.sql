-- Bodies of snapshots in parts: none holds up whoever writes or reads it, whatever the size of the books. The bodies that there
-- are already are taken along.

CREATE TABLE "order_book_snapshot_parts" (
	"symbol_group" text NOT NULL,
	"body_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"uploaded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "order_book_snapshot_parts_pkey" PRIMARY KEY("symbol_group","body_id","part")
);
-- Compressing would take longer than writing.
ALTER TABLE "order_book_snapshot_parts" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

ALTER TABLE "order_book_snapshots" ADD COLUMN "body_id" uuid;
ALTER TABLE "order_book_snapshots" ADD COLUMN "body_bytes" bigint;
ALTER TABLE "order_book_snapshots" ADD COLUMN "body_sha256" "bytea";
UPDATE order_book_snapshots SET body_id = gen_random_uuid(), body_bytes = octet_length(body), body_sha256 = sha256(body);
INSERT INTO order_book_snapshot_parts (symbol_group, body_id, part, bytes)
SELECT s.symbol_group, s.body_id, part, substring(s.body FROM part * 1048576 + 1 FOR 1048576)
FROM order_book_snapshots AS s CROSS JOIN LATERAL generate_series(0, ((s.body_bytes - 1) / 1048576)::integer) AS part
WHERE s.body_bytes > 0;
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body_id" SET NOT NULL;
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body_bytes" SET NOT NULL;
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body_sha256" SET NOT NULL;
ALTER TABLE "order_book_snapshots" DROP COLUMN "body";

DROP FUNCTION save_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, bytea);

-- Removes the parts of one upload that no snapshot has become of.
CREATE FUNCTION discard_snapshot_upload(p_group text, p_body_id uuid) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7204, hashtext(p_group));
  DELETE FROM order_book_snapshot_parts AS p
  WHERE p.symbol_group = p_group AND p.body_id = p_body_id
    AND NOT EXISTS (SELECT FROM order_book_snapshots AS s WHERE s.symbol_group = p_group AND s.body_id = p_body_id);
END
$$;

-- Before the first part of a body: false when the store has seen a newer epoch. Removes what is left of uploads of the group that
-- were never finished: those to which nothing has come for ten minutes.
CREATE FUNCTION begin_snapshot_upload(p_group text, p_epoch bigint) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  unfinished uuid;
BEGIN
  FOR unfinished IN
    SELECT p.body_id FROM order_book_snapshot_parts AS p
    WHERE p.symbol_group = p_group
      AND NOT EXISTS (SELECT FROM order_book_snapshots AS s WHERE s.symbol_group = p_group AND s.body_id = p.body_id)
    GROUP BY p.body_id HAVING max(p.uploaded_at) < clock_timestamp() - interval '10 minutes'
  LOOP
    PERFORM discard_snapshot_upload(p_group, unfinished);
  END LOOP;
  RETURN NOT EXISTS (SELECT FROM order_book_snapshots WHERE symbol_group = p_group AND epoch > p_epoch);
END
$$;

-- One part of a body, numbered from 0.
CREATE FUNCTION upload_snapshot_part(p_group text, p_body_id uuid, p_part integer, p_bytes bytea) RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  INSERT INTO order_book_snapshot_parts (symbol_group, body_id, part, bytes) VALUES (p_group, p_body_id, p_part, p_bytes)
$$;

-- Makes a snapshot of an uploaded body and keeps the newest three of the group. SAVED, or nothing is kept of it: FENCED when the
-- store has seen a newer epoch, TORN when parts are missing.
CREATE FUNCTION commit_order_book_snapshot(
  p_group text, p_epoch bigint, p_sequence bigint, p_timeline uuid, p_hash bytea, p_format_version integer,
  p_rules_version integer, p_taken_ms bigint, p_body_id uuid, p_body_bytes bigint, p_body_sha256 bytea
) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  refusal text;
BEGIN
  PERFORM pg_advisory_xact_lock(7204, hashtext(p_group));
  IF EXISTS (SELECT FROM order_book_snapshots WHERE symbol_group = p_group AND epoch > p_epoch) THEN
    refusal := 'FENCED';
  ELSIF (SELECT coalesce(sum(octet_length(bytes)), 0) <> p_body_bytes OR count(*) <> coalesce(max(part) + 1, 0)
         FROM order_book_snapshot_parts WHERE symbol_group = p_group AND body_id = p_body_id) THEN
    refusal := 'TORN';
  END IF;
  IF refusal IS NOT NULL THEN
    PERFORM discard_snapshot_upload(p_group, p_body_id);
    RETURN refusal;
  END IF;
  -- One of the same place is written again, and to be verified again.
  WITH gone AS (
    DELETE FROM order_book_snapshots AS s
    WHERE s.symbol_group = p_group AND s.sequence = p_sequence AND s.epoch = p_epoch RETURNING s.body_id
  )
  DELETE FROM order_book_snapshot_parts AS p USING gone WHERE p.symbol_group = p_group AND p.body_id = gone.body_id;
  INSERT INTO order_book_snapshots (symbol_group, epoch, sequence, timeline, hash, format_version, rules_version, taken_at,
    body_id, body_bytes, body_sha256)
  VALUES (p_group, p_epoch, p_sequence, p_timeline, p_hash, p_format_version, p_rules_version, moment_of(p_taken_ms),
    p_body_id, p_body_bytes, p_body_sha256);
  WITH gone AS (
    DELETE FROM order_book_snapshots AS s
    WHERE s.symbol_group = p_group AND (s.epoch, s.sequence) NOT IN (
      SELECT n.epoch, n.sequence FROM order_book_snapshots AS n WHERE n.symbol_group = p_group
      ORDER BY n.epoch DESC, n.sequence DESC LIMIT 3)
    RETURNING s.body_id
  )
  DELETE FROM order_book_snapshot_parts AS p USING gone WHERE p.symbol_group = p_group AND p.body_id = gone.body_id;
  RETURN 'SAVED';
END
$$;

REVOKE EXECUTE ON FUNCTION
  discard_snapshot_upload(text, uuid), begin_snapshot_upload(text, bigint),
  upload_snapshot_part(text, uuid, integer, bytea),
  commit_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, uuid, bigint, bytea)
FROM PUBLIC;
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION
  discard_snapshot_upload(text, uuid), begin_snapshot_upload(text, bigint),
  upload_snapshot_part(text, uuid, integer, bytea),
  commit_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, uuid, bigint, bytea) TO %I');
SELECT grant_if_role('trade_engine', 'GRANT SELECT ON order_book_snapshot_parts TO %I');
-- Snapshots hold everybody's orders.
SELECT grant_if_role('trade_readonly', 'REVOKE SELECT ON order_book_snapshot_parts FROM %I');
