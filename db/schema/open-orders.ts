import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { orderColumns } from "./order-columns.ts";

/**
 * The orders that live (waiting, resting, partly filled), each with its whole state, in one table
 * without partitions: what changes on every fill changes here. `commit_batch()` takes a row away
 * when its order ends.
 */
export const openOrders = pgTable("open_orders", orderColumns(), (table) => [
  primaryKey({ name: "open_orders_pkey", columns: [table.orderId] }),
  index("open_orders_user_id_symbol_idx").on(table.userId, table.symbol),
  index("open_orders_symbol_created_at_idx").on(table.symbol, table.createdAt),
  index("open_orders_list_id_idx").on(table.listId).where(sql`${table.listId} is not null`),
]);
