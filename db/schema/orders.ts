import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { orderColumns } from "./order-columns.ts";

/**
 * Every order, partitioned by month on `created_at`. Written twice: at entry, and at its end. What
 * an order is in between stands in `open_orders`; a reader prefers that row where there is one.
 *
 * No index on status: any would stop HOT updates, and what is open has a table of its own. The
 * partitions' ranges serve most of what an index on created_at would; a BRIN one serves the rest.
 */
export const orders = pgTable("orders", orderColumns(), (table) => [
  primaryKey({ name: "orders_pkey", columns: [table.orderId, table.createdAt] }),
  index("orders_user_id_created_at_idx").on(table.userId, table.createdAt),
  index("orders_client_order_id_idx")
    .on(table.userId, table.clientOrderId, table.createdAt)
    .where(sql`${table.clientOrderId} is not null`),
  index("orders_list_id_idx").on(table.listId).where(sql`${table.listId} is not null`),
  index("orders_created_at_idx").using("brin", table.createdAt),
]);
