import { integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./column-types.ts";

/** Commands that made an engine fail, and how often: at the third time the command is refused. */
export const commandFailures = pgTable(
  "command_failures",
  {
    symbolGroup: text("symbol_group").notNull(),
    commandId: uuid("command_id").notNull(),
    failures: integer("failures").notNull(),
    lastFailedAt: moment("last_failed_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ name: "command_failures_pkey", columns: [table.symbolGroup, table.commandId] })],
);
