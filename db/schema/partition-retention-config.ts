import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** How long what is past is kept, for each table. `retention_days`, where given, counts instead of the months. */
export const partitionRetentionConfig = pgTable(
  "partition_retention_config",
  {
    tableName: text("table_name").primaryKey(),
    retentionMonths: integer("retention_months").notNull().default(60),
    retentionDays: integer("retention_days"),
    /** Of the journal: a day goes only once `npm run archive` has written it to a file. */
    archiveFirst: boolean("archive_first").notNull().default(false),
  },
  (table) => [
    check("partition_retention_config_months_check", sql`${table.retentionMonths} >= 1`),
    check("partition_retention_config_days_check", sql`${table.retentionDays} >= 1`),
  ],
);
