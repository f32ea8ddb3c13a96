DROP FUNCTION claim_idempotency_key(text, text, text, bytea, uuid, integer);
DROP INDEX "orders_list_id_idx";
DROP INDEX "open_orders_list_id_idx";
