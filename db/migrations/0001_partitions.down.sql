DROP FUNCTION ensure_next_partition(timestamptz, integer, integer, integer);
DROP FUNCTION create_partition(text, text, timestamptz, timestamptz);
DELETE FROM partition_retention_config WHERE table_name IN ('orders', 'trades', 'journal');
