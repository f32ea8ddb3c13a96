import { bigint, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/** The snapshots that Redis has too, the newest few of each group, for when Redis has none. */
export const orderBookSnapshots = pgTable(
  "order_book_snapshots",
  {
    symbolGroup: text("symbol_group").notNull(),
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    timeline: uuid("timeline").notNull(),
    /** The journal's chained hash at `sequence`. */
    hash: bytea("hash").notNull(),
    formatVersion: integer("format_version").notNull(),
    rulesVersion: integer("rules_version").notNull(),
    takenAt: moment("taken_at").notNull(),
    /** Its parts are in `order_book_snapshot_parts`. */
    bodyId: uuid("body_id").notNull(),
    /** All parts together. */
    bodyBytes: bigint("body_bytes", { mode: "number" }).notNull(),
    bodySha256: bytea("body_sha256").notNull(),
    /** When maintenance read it back and found it whole: the journal before it may go. */
    verifiedAt: moment("verified_at"),
  },
  (table) => [
    primaryKey({
      name: "order_book_snapshots_pkey",
      columns: [table.symbolGroup, table.sequence, table.epoch],
    }),
  ],
);
