import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "./column-types.ts";

/**
 * One row a symbol group: who writes (epoch) and how far its history goes. Every commit moves it from
 * what the engine expects; an engine that finds something else has been fenced.
 */
export const engineGroups = pgTable(
  "engine_groups",
  {
    symbolGroup: text("symbol_group").primaryKey(),
    /** 0…4,095: part of the ids of trades. */
    groupNumber: integer("group_number").notNull(),
    epoch: bigint("epoch", { mode: "number" }).notNull().default(0),
    lastSequence: bigint("last_sequence", { mode: "number" }).notNull().default(0),
    /** Chained hash of the journal at `last_sequence`. */
    hash: bytea("hash").notNull().default(sql`decode(repeat('00', 32), 'hex')`),
    /** Changes when the database is restored from a backup. */
    timeline: uuid("timeline").notNull().defaultRandom(),
    /** Events up to here are published. */
    publishedSequence: bigint("published_sequence", { mode: "number" }).notNull().default(0),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** When an engine last raised the epoch. */
    epochTakenAt: moment("epoch_taken_at"),
  },
  (table) => [
    uniqueIndex("engine_groups_group_number_key").on(table.groupNumber),
    check("engine_groups_group_number_check", sql`${table.groupNumber} between 0 and 4095`),
    check("engine_groups_hash_check", sql`length(${table.hash}) = 32`),
  ],
);
