DROP INDEX "open_orders_symbol_created_at_idx";
CREATE INDEX "open_orders_symbol_idx" ON "open_orders" USING btree ("symbol");
