DROP FUNCTION save_order_book_snapshot(text, bigint, bigint, uuid, bytea, integer, integer, bigint, bytea);
DROP FUNCTION count_command_failure(text, uuid);
DROP FUNCTION move_published(text, bigint, bigint);
DROP FUNCTION take_epoch(text);
DROP FUNCTION ensure_engine_group(text);
