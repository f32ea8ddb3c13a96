import { customType, numeric, timestamp } from "drizzle-orm/pg-core";

/** Bytes: hashes, journal payloads, snapshots, queue messages. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
});

/** A moment, UTC. The engine's times are whole milliseconds. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/**
 * An exact decimal, read and written as a string. No precision or scale: how many decimals an amount
 * has is the symbol's affair (its steps), and a product of a price and a quantity has both together.
 */
export const amount = (name: string) => numeric(name, { mode: "string" });
