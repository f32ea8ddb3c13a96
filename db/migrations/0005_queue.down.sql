DROP FUNCTION queue_take(text);
DROP FUNCTION queue_tick(text);
DROP FUNCTION queue_publish(text[], bytea[]);
