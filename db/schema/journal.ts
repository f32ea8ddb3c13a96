import { bigint, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/**
 * The history of each group, one row a batch, partitioned by day on `batch_time`: commands with
 * their ids and outcomes, and a hash chained over the one before. Appended by `commit_batch()` only.
 */
export const journal = pgTable(
  "journal",
  {
    symbolGroup: text("symbol_group").notNull(),
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    firstSequence: bigint("first_sequence", { mode: "number" }).notNull(),
    lastSequence: bigint("last_sequence", { mode: "number" }).notNull(),
    /** Time of its last command; never goes back within a group. */
    batchTime: moment("batch_time").notNull(),
    rulesVersion: integer("rules_version").notNull(),
    payload: bytea("payload").notNull(),
    hash: bytea("hash").notNull(),
  },
  (table) => [
    primaryKey({ name: "journal_pkey", columns: [table.symbolGroup, table.firstSequence, table.batchTime] }),
  ],
);
