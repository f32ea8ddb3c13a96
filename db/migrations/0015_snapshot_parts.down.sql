DROP FUNCTION commit_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, uuid, bigint, bytea);
DROP FUNCTION upload_snapshot_part(text, uuid, integer, bytea);
DROP FUNCTION begin_snapshot_upload(text, bigint);
DROP FUNCTION discard_snapshot_upload(text, uuid);

ALTER TABLE "order_book_snapshots" ADD COLUMN "body" "bytea";
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body" SET STORAGE EXTERNAL;
-- What is torn stays torn. A body of more than a gigabyte cannot be in one value: then this fails, and nothing is lost.
UPDATE order_book_snapshots AS s SET body = coalesce((
  SELECT string_agg(p.bytes, ''::bytea ORDER BY p.part) FROM order_book_snapshot_parts AS p
  WHERE p.symbol_group = s.symbol_group AND p.body_id = s.body_id), ''::bytea);
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body" SET NOT NULL;
ALTER TABLE "order_book_snapshots" DROP COLUMN "body_sha256";
ALTER TABLE "order_book_snapshots" DROP COLUMN "body_bytes";
ALTER TABLE "order_book_snapshots" DROP COLUMN "body_id";
DROP TABLE "order_book_snapshot_parts";

-- Keeps a snapshot and the newest three of its group. False when the store has seen a newer epoch. A snapshot written again is to be
-- verified again.
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
REVOKE EXECUTE ON FUNCTION save_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, bytea) FROM PUBLIC;
SELECT grant_if_role('trade_engine', 'GRANT EXECUTE ON FUNCTION
  save_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, bytea) TO %I');
