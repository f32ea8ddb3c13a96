import { sql } from "drizzle-orm";
import { check, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/** Keys that sign requests. The API's own. A row is never removed: what a key did is asked for long after its end. */
export const apiKeys = pgTable(
  "api_keys",
  {
    keyId: uuid("key_id").primaryKey(),
    userId: text("user_id").notNull(),
    name: text("name").notNull(),
    kind: text("kind", { enum: ["ED25519", "HMAC_SHA256"] }).notNull(),
    /** Ed25519: the public key, 32 bytes. HMAC: the secret, encrypted under a configured key. */
    material: bytea("material").notNull(),
    scopes: text("scopes").array().notNull(),
    /** Addresses and networks from which it counts; empty: any. */
    addresses: text("addresses").array().notNull(),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
  },
  (table) => [
    index("api_keys_user_id_idx").on(table.userId, table.keyId).where(sql`${table.revokedAt} is null`),
    check("api_keys_kind_check", sql`${table.kind} in ('ED25519', 'HMAC_SHA256')`),
    check("api_keys_material_check", sql`${table.kind} <> 'ED25519' or length(${table.material}) = 32`),
  ],
);
