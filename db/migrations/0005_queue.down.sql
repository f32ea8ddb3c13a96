DROP FUNCTION queue_take(text);
DROP FUNCTION queue_tick(text, bytea);
DROP FUNCTION queue_publish(text[], bytea[]);
