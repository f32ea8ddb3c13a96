import { randomBytes } from "node:crypto";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import postgres, { type Sql } from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { maintain } from "../../../db/maintenance.ts";
import { migrate, revert, showMigrations } from "../../../db/migrator.ts";
import * as schema from "../../../db/schema/index.ts";
import { verifySchema } from "../../../db/schema-description.ts";
import { createPostgresSnapshotStore } from "../../../db/snapshot-store.ts";
import {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../../../engine/core/terms.ts";
import { snapshot } from "../../contract/snapshot-store.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aTrade, HistoryWriter, later } from "./history-writer.ts";

describe("migrations", () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeEach(async () => {
    database = await createTestDatabase();
    sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  });
  afterEach(async () => {
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("five processes that migrate at once apply each migration once", async () => {
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(database.url)));
    const known = await showMigrations(database.url);
    expect(applied.flat().sort()).toEqual(known.map(({ name }) => name));
    expect(known.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  });

  it("every migration has a way back to the very schema before it, and again forward", async () => {
    const names = await migrate(database.url);
    const schemas = [await describeSchema(sql)];
    // What the schema makes by itself in use goes back with it.
    await sql`select define_end_of_orders('orders_default')`;
    for (const name of names.toReversed()) {
      expect(await revert(database.url, 1)).toEqual([name]);
      schemas.push(await describeSchema(sql));
    }
    expect(schemas.at(-1)).toEqual(["table schema_migrations"]);
    const [last] = schemas;
    expect(await migrate(database.url)).toEqual(names);
    expect(await describeSchema(sql)).toEqual(last);
    await sql`select define_end_of_orders('orders_default')`;
    // Each step back leaves what the steps before it had made, no more and no less.
    for (const [place] of names.entries()) {
      await revert(database.url, 1);
      expect(await describeSchema(sql)).toEqual(schemas[place + 1]);
    }
  });

  it("every step but the first goes back and forth over data, and loses none of it", async () => {
    const names = await migrate(database.url);
    await maintain(sql);
    const records = openEngineRecords({ url: database.url });
    const writer = await HistoryWriter.open(records);
    const [order, stop] = [
      anOrder(),
      anOrder({ status: OrderStatus.Pending, type: OrderType.Stop, stopPrice: 9 }),
    ];
    await writer.commit({ entered: [order, stop], trades: [aTrade(order, order)] });
    await writer.commit({ ended: [later(order, { status: OrderStatus.Filled })] });
    await records.close();
    const store = createPostgresSnapshotStore(sql);
    const saved = [
      snapshot({ sequence: 2, body: randomBytes(2_500_000) }),
      snapshot({ body: randomBytes(0) }),
    ];
    for (const each of saved) await store.save(each);
    const before = await contents();
    for (let steps = 1; steps < names.length; steps++) {
      await revert(database.url, steps);
      await migrate(database.url);
      expect(await contents(), names.at(-steps)).toEqual(before);
      const bodies = (await store.list("main")).map(({ body }) => body);
      expect(bodies.length, names.at(-steps)).toBe(saved.length);
      for (const [at, { body }] of saved.entries()) expect(Buffer.compare(bodies[at]!, body)).toBe(0);
    }
    expect(await verifySchema(sql)).toEqual([]);

    /** Every row of what commits write, as text without the zeros at the ends of amounts. */
    async function contents(): Promise<unknown[]> {
      const tables = [
        "orders",
        "open_orders",
        "trades",
        "journal",
        "stop_orders_watchlist",
        "engine_groups",
        "candles",
      ];
      return Promise.all(
        tables.map(async (table) => {
          const rows = await sql`select row_to_json(t)::text as row from ${sql(table)} as t`;
          return rows
            .map(({ row }) =>
              String(row)
                .replace(/(\.\d*?)0+(?=[,}])/g, "$1")
                .replace(/\.(?=[,}])/g, ""),
            )
            .sort();
        }),
      );
    }
  });

  it("refuses a database whose applied migration is not the one in the file", async () => {
    await migrate(database.url);
    await sql`update schema_migrations set hash = 'other' where name like '0002%'`;
    await expect(migrate(database.url)).rejects.toThrow("0002_symbol_numbers_and_seed differs");
  });

  it("refuses a database that is ahead of this program", async () => {
    await migrate(database.url);
    await sql`insert into schema_migrations (name, hash) values ('9999_of_the_future', 'x')`;
    await expect(migrate(database.url)).rejects.toThrow("9999_of_the_future is unknown");
  });

  it("leaves nothing of a migration that fails", async () => {
    await sql`create table symbol_numbers (unlike text)`;
    await expect(migrate(database.url)).rejects.toThrow();
    expect(await describeSchema(sql)).toEqual(["table schema_migrations", "table symbol_numbers"]);
  });

  it("makes the columns that the Drizzle schema declares, and no others", async () => {
    await migrate(database.url);
    for (const table of Object.values(schema).filter((each) => is(each, PgTable))) {
      const rows = await sql<{ name: string; type: string; required: boolean }[]>`
        select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
        from pg_attribute where attrelid = ${getTableName(table)}::regclass and attnum > 0 and not attisdropped`;
      const declared = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        required: column.notNull,
      }));
      expect([...rows].sort(byName), getTableName(table)).toEqual(declared.sort(byName));
    }
  });

  it("gives the labels of every enum in the order of the engine's numbers", () => {
    const pairs = [
      [schema.orderSideEnum, Side],
      [schema.orderTypeEnum, OrderType],
      [schema.orderStatusEnum, OrderStatus],
      [schema.timeInForceEnum, TimeInForce],
      [schema.selfTradePreventionEnum, SelfTradePrevention],
      [schema.symbolStatusEnum, SymbolStatus],
    ] as const;
    for (const [labels, numbers] of pairs) {
      const expected = Object.entries(numbers)
        .sort(([, a], [, b]) => a - b)
        .map(([word]) => word.replace(/(?<=[a-z])[A-Z]/g, "_$&").toUpperCase());
      expect(labels.enumValues).toEqual(expected);
    }
  });
});

/** Everything that migrations make, one line each. */
async function describeSchema(sql: Sql): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select 'table ' || relname as line from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    union all
    select 'index ' || pg_get_indexdef(oid) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('i', 'I') and relname not like 'schema_migrations%'
    union all
    select 'function ' || oid::regprocedure || md5(prosrc) || coalesce(proconfig::text, '') from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'type ' || typname from pg_type
    where typnamespace = 'public'::regnamespace and typtype = 'e'
    union all
    select 'view ' || relname || md5(pg_get_viewdef(oid)) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
    order by 1`;
  return rows.map(({ line }) => line);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
