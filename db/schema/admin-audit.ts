import { sql } from "drizzle-orm";
import { bigint, check, index, pgTable, smallint, text, uuid } from "drizzle-orm/pg-core";
import { moment } from "./column-types.ts";

/**
 * Every call of an operator: a row before it is carried out, without which it is not, and one with what was
 * answered. Appended to, never changed: the API may insert and nothing else, and a trigger refuses the rest to
 * the owner too.
 */
export const adminAudit = pgTable(
  "admin_audit",
  {
    auditId: bigint("audit_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    happenedAt: moment("happened_at").notNull().defaultNow(),
    phase: text("phase", { enum: ["ASKED", "ANSWERED"] }).notNull(),
    /** The same in both rows of a call, in its answer's X-Request-Id and in the log. */
    requestId: text("request_id").notNull(),
    userId: text("user_id").notNull(),
    keyId: uuid("key_id"),
    address: text("address").notNull(),
    method: text("method").notNull(),
    /** Path with query. */
    target: text("target").notNull(),
    /** JSON text, as it came; null where there is none. */
    body: text("body"),
    status: smallint("status"),
  },
  (table) => [
    index("admin_audit_happened_at_idx").using("brin", table.happenedAt),
    check("admin_audit_phase_check", sql`${table.phase} in ('ASKED', 'ANSWERED')`),
    check("admin_audit_status_check", sql`(${table.phase} = 'ANSWERED') = (${table.status} is not null)`),
  ],
);
