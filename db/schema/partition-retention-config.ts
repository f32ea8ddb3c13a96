import { integer, pgTable, text } from "drizzle-orm/pg-core";

/** How long partitions are kept. `retention_days`, where given, counts instead of the months. */
export const partitionRetentionConfig = pgTable("partition_retention_config", {
  tableName: text("table_name").primaryKey(),
  retentionMonths: integer("retention_months").notNull().default(60),
  retentionDays: integer("retention_days"),
});
