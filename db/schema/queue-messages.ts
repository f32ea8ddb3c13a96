import { bigint, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea } from "./column-types.ts";

/** Commands on their way in the embedded run; acknowledged ones are deleted. */
export const queueMessages = pgTable(
  "queue_messages",
  {
    queueGroup: text("queue_group").notNull(),
    /** Given under the group's lock (`queue_publish()`), so ids are committed in their order. */
    messageId: bigint("message_id", { mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    body: bytea("body").notNull(),
  },
  (table) => [primaryKey({ name: "queue_messages_pkey", columns: [table.queueGroup, table.messageId] })],
);
