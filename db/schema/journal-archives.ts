import { bigint, date, pgTable, text } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/** Days of the journal that were written to a file (`npm run archive`), read back and found whole. */
export const journalArchives = pgTable("journal_archives", {
  /** UTC. */
  day: date("day", { mode: "string" }).primaryKey(),
  /** The file's name, without its folder. */
  file: text("file").notNull(),
  rows: bigint("rows", { mode: "number" }).notNull(),
  /** Of the file. */
  sha256: bytea("sha256").notNull(),
  archivedAt: moment("archived_at").notNull().defaultNow(),
});
