import { index, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/**
 * One row for each `Idempotency-Key` of a user on a route: which command it became, and what was
 * answered. The API's own; one call wins the insert. Kept 24 hours.
 */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: text("user_id").notNull(),
    route: text("route").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of the body: another body under the same key is refused. */
    bodyHash: bytea("body_hash").notNull(),
    commandId: uuid("command_id").notNull(),
    orderId: uuid("order_id"),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** Until then the call that holds the row is at work on it. */
    leaseUntil: moment("lease_until").notNull(),
    responseStatus: smallint("response_status"),
    /** JSON text, as it was sent. */
    responseBody: text("response_body"),
  },
  (table) => [
    primaryKey({ name: "idempotency_keys_pkey", columns: [table.userId, table.route, table.key] }),
    index("idempotency_keys_created_at_idx").using("brin", table.createdAt),
  ],
);
