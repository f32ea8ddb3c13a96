import { bigint, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { amount, moment } from "./column-types.ts";
import { orderSideEnum } from "./enums.ts";

/** Every trade, partitioned by day on `executed_at`. Written once, never changed. */
export const trades = pgTable(
  "trades",
  {
    tradeId: uuid("trade_id").notNull(),
    /** Time of the command that made it. */
    executedAt: moment("executed_at").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    symbol: text("symbol").notNull(),
    buyOrderId: uuid("buy_order_id").notNull(),
    sellOrderId: uuid("sell_order_id").notNull(),
    buyerUserId: text("buyer_user_id").notNull(),
    sellerUserId: text("seller_user_id").notNull(),
    takerSide: orderSideEnum("taker_side").notNull(),
    price: amount("price").notNull(),
    quantity: amount("quantity").notNull(),
    /** In quote; the engine charges none, a venue may write its own. */
    buyerFee: amount("buyer_fee").notNull().default("0"),
    sellerFee: amount("seller_fee").notNull().default("0"),
  },
  (table) => [
    primaryKey({ name: "trades_pkey", columns: [table.tradeId, table.executedAt] }),
    index("trades_symbol_executed_at_idx").on(table.symbol, table.executedAt),
    index("trades_buyer_user_id_executed_at_idx").on(table.buyerUserId, table.executedAt),
    index("trades_seller_user_id_executed_at_idx").on(table.sellerUserId, table.executedAt),
    index("trades_buy_order_id_idx").on(table.buyOrderId),
    index("trades_sell_order_id_idx").on(table.sellOrderId),
  ],
);
