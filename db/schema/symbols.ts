import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, smallint, text, uniqueIndex } from "drizzle-orm/pg-core";
import { amount, moment } from "./column-types.ts";
import { symbolStatusEnum } from "./enums.ts";

/** Trading pairs as their engine has them; ten are seeded. Written by `commit_batch()` only. */
export const symbols = pgTable(
  "symbols",
  {
    /** 1…65,535, unique across groups: it is inside every order's id. */
    symbolNumber: integer("symbol_number").primaryKey(),
    /** `BTC/USDT` */
    symbol: text("symbol").notNull(),
    base: text("base").notNull(),
    quote: text("quote").notNull(),
    /** One tick and one lot; they never change. */
    priceStep: amount("price_step").notNull(),
    quantityStep: amount("quantity_step").notNull(),
    minPrice: amount("min_price").notNull(),
    maxPrice: amount("max_price").notNull(),
    minQuantity: amount("min_quantity").notNull(),
    maxQuantity: amount("max_quantity").notNull(),
    /** Zero: none. */
    minNotional: amount("min_notional").notNull().default("0"),
    /** Either side of the reference, basis points; zero: none. */
    priceBandBps: integer("price_band_bps").notNull().default(0),
    /** The band's reference until the first trade. */
    referencePrice: amount("reference_price"),
    /** Minutes after 00:00 UTC. */
    sessionEndMinute: smallint("session_end_minute").notNull().default(0),
    /** Of one user in this symbol; zero: no limit. */
    maxOpenOrders: integer("max_open_orders").notNull().default(10_000),
    symbolGroup: text("symbol_group").notNull().default("main"),
    status: symbolStatusEnum("status").notNull().default("ACTIVE"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("symbols_symbol_key").on(table.symbol),
    index("symbols_symbol_group_idx").on(table.symbolGroup),
    check("symbols_symbol_number_check", sql`${table.symbolNumber} between 1 and 65535`),
    check("symbols_steps_check", sql`${table.priceStep} > 0 and ${table.quantityStep} > 0`),
    check("symbols_session_end_minute_check", sql`${table.sessionEndMinute} between 0 and 1439`),
  ],
);
