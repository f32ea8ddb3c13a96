import { sql } from "drizzle-orm";
import { integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/**
 * Bodies of snapshots, a mebibyte a row, uncompressed. They come one by one before their snapshot does; those of an upload that
 * was never finished go with a later one of the group. No foreign key, since the parts are there first.
 */
export const orderBookSnapshotParts = pgTable(
  "order_book_snapshot_parts",
  {
    symbolGroup: text("symbol_group").notNull(),
    bodyId: uuid("body_id").notNull(),
    /** From 0, without a gap. */
    part: integer("part").notNull(),
    bytes: bytea("bytes").notNull(),
    uploadedAt: moment("uploaded_at").notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({
      name: "order_book_snapshot_parts_pkey",
      columns: [table.symbolGroup, table.bodyId, table.part],
    }),
  ],
);
