import { boolean, pgTable, text } from "drizzle-orm/pg-core";

/** The queues of the embedded run: a queue is there once a consumer of its group has started. */
export const queueGroups = pgTable("queue_groups", {
  queueGroup: text("queue_group").primaryKey(),
  /** A consumer has been active: what lay here when the next one takes over may have been delivered. */
  consumed: boolean("consumed").notNull().default(false),
});
