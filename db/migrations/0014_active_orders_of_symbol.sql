-- A symbol's open orders, newest first, without sorting all of them: 30 ms became 1 with 30,000 of them. When an order
-- came in never changes, so that updates stay HOT.
DROP INDEX "open_orders_symbol_idx";
CREATE INDEX "open_orders_symbol_created_at_idx" ON "open_orders" USING btree ("symbol","created_at");
