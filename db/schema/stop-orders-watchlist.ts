import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { amount, moment } from "./column-types.ts";
import { orderSideEnum, orderTypeEnum } from "./enums.ts";

/** Conditional orders that wait for their trigger. An order that triggers or ends leaves it. */
export const stopOrdersWatchlist = pgTable(
  "stop_orders_watchlist",
  {
    orderId: uuid("order_id").primaryKey(),
    createdAt: moment("created_at").notNull(),
    userId: text("user_id").notNull(),
    symbol: text("symbol").notNull(),
    side: orderSideEnum("side").notNull(),
    type: orderTypeEnum("type").notNull(),
    quantity: amount("quantity"),
    price: amount("price"),
    stopPrice: amount("stop_price"),
    /** Basis points. */
    trailingDelta: integer("trailing_delta"),
    trailingAmount: amount("trailing_amount"),
    activationPrice: amount("activation_price"),
  },
  (table) => [index("stop_orders_watchlist_symbol_stop_price_idx").on(table.symbol, table.stopPrice)],
);
