import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { amount, moment } from "./column-types.ts";

/**
 * What was traded in each second, minute and hour of a symbol; other intervals are folded out of these.
 * Written by `commit_batch()` with the trades themselves, so that the two never disagree. A time
 * without a trade has no row.
 */
export const candles = pgTable(
  "candles",
  {
    symbol: text("symbol").notNull(),
    /** 1, 60 or 3,600. */
    intervalSeconds: integer("interval_seconds").notNull(),
    /** The interval's beginning, a multiple of its length since 1970-01-01T00:00Z. */
    openTime: moment("open_time").notNull(),
    open: amount("open").notNull(),
    high: amount("high").notNull(),
    low: amount("low").notNull(),
    close: amount("close").notNull(),
    /** In base. */
    volume: amount("volume").notNull(),
    /** In quote. */
    quoteVolume: amount("quote_volume").notNull(),
    /** In base: what buyers took. */
    takerBuyVolume: amount("taker_buy_volume").notNull(),
    trades: bigint("trades", { mode: "number" }).notNull(),
    /** Position in the group's history of its last trade: a feed adds trades from after it. */
    sequence: bigint("sequence", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ name: "candles_pkey", columns: [table.symbol, table.intervalSeconds, table.openTime] }),
    check("candles_interval_seconds_check", sql`${table.intervalSeconds} in (1, 60, 3600)`),
  ],
);
