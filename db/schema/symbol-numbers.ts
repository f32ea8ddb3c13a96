import { sql } from "drizzle-orm";
import { check, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment } from "./column-types.ts";

/**
 * The number of each pair, given once and kept for ever: the API takes one before an engine defines
 * the pair (`allocate_symbol_number()`), so that no two groups ever use the same.
 */
export const symbolNumbers = pgTable(
  "symbol_numbers",
  {
    symbolNumber: integer("symbol_number").primaryKey(),
    /** Null: the number was given before a name was known. */
    symbol: text("symbol"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("symbol_numbers_symbol_key").on(table.symbol),
    check("symbol_numbers_symbol_number_check", sql`${table.symbolNumber} between 1 and 65535`),
  ],
);
