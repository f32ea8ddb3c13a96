/** The tables and types of the database, one table a file, for Drizzle and its kit. */
export * from "./candles.ts";
export * from "./command-failures.ts";
export * from "./engine-groups.ts";
export * from "./enums.ts";
export * from "./idempotency-keys.ts";
export * from "./journal.ts";
export * from "./journal-archives.ts";
export * from "./open-orders.ts";
export * from "./order-book-snapshots.ts";
export * from "./orders.ts";
export * from "./partition-retention-config.ts";
export * from "./queue-groups.ts";
export * from "./queue-messages.ts";
export * from "./stop-orders-watchlist.ts";
export * from "./symbol-numbers.ts";
export * from "./symbols.ts";
export * from "./trades.ts";
