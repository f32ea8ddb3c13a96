DROP FUNCTION ensure_partitions(timestamptz, integer, integer, integer);
DROP FUNCTION create_partition(text, text, text, timestamptz, timestamptz);
DELETE FROM partition_retention_config WHERE table_name IN ('orders', 'trades', 'journal');
