import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maintain } from "../../../db/maintenance.ts";
import { migrate } from "../../../db/migrator.ts";
import { verifySchema } from "../../../db/schema-description.ts";
import { differencesFromCode } from "../../../infra/dev/schema/declared-schema.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

describe("a database's schema", () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  it("is as expected after every migration, and after what use makes of it", async () => {
    expect(await verifySchema(sql)).toEqual([]);
    await maintain(sql);
    await sql`select define_end_of_orders('orders_default')`;
    expect(await verifySchema(sql)).toEqual([]);
  });

  it.each([
    ["a lost index", "drop index orders_list_id_idx", /^missing: +index orders_list_id_idx/],
    [
      "a column of another type",
      "alter table symbols alter price_band_bps type bigint",
      /symbols\.price_band_bps/,
    ],
    [
      "a column that may be empty",
      "alter table candles alter sequence drop not null",
      /candles\.sequence bigint$/,
    ],
    ["a column too many", "alter table trades add venue text", /^unexpected: +column trades\.venue text/],
    [
      "a lost check",
      "alter table symbols drop constraint symbols_steps_check",
      /^missing: +constraint symbols\./,
    ],
    [
      "a function with another body",
      "create or replace function moment_of(p_ms bigint) returns timestamptz language sql immutable strict as 'select to_timestamp(p_ms / 1000)'",
      /function moment_of/,
    ],
    ["a lost view", "drop view v_active_orders", /^missing: +view v_active_orders/],
    [
      "a right too many",
      "grant update on orders to trade_api",
      /^unexpected: +grant trade_api .*UPDATE on orders/,
    ],
    [
      "a lost right",
      "revoke select on trades from trade_readonly",
      /^missing: +grant trade_readonly SELECT on trades/,
    ],
    [
      "a function for everybody",
      "grant execute on function take_epoch(text) to public",
      /grant public execute on take_epoch/,
    ],
    ["a label too many", "alter type order_side_enum add value 'HOLD'", /enum order_side_enum/],
    ["lost storage settings", "alter table open_orders reset (fillfactor)", /table open_orders/],
  ])("tells of %s", async (_, damage, told) => {
    expect(await faultsAfter(damage)).toEqual(expect.arrayContaining([expect.stringMatching(told)]));
  });

  it("tells of a changed view on the version that the expected texts are of; others write them differently", async () => {
    const [row] = await sql`select current_setting('server_version_num')::integer / 10000 as major`;
    const faults = await faultsAfter(`
      create or replace view v_order_status_distribution as
      select symbol, status, 1::bigint as orders, created_at as oldest, created_at as newest from open_orders`);
    const told = expect.stringMatching(/view text v_order_status_distribution/);
    expect(faults).toEqual(row?.["major"] === 16 ? expect.arrayContaining([told]) : []);
  });

  it("differs from the code when the code declares something else", () => {
    expect(differencesFromCode([])).toContain("only in db/schema:      table orders");
    expect(differencesFromCode(["column orders.flavour text", "table sauces"])).toEqual(
      expect.arrayContaining([
        "only in the migrations: column orders.flavour text",
        "only in the migrations: table sauces",
      ]),
    );
  });

  /** What is told after a statement that is undone again. */
  function faultsAfter(damage: string): Promise<string[]> {
    return sql
      .begin(async (transaction): Promise<string[]> => {
        await transaction.unsafe(damage);
        throw new Seen(await verifySchema(transaction as unknown as Sql));
      })
      .catch((seen: unknown) => {
        if (seen instanceof Seen) return seen.faults;
        throw seen;
      });
  }
});

/** What was found out in a transaction that is to be undone. */
class Seen extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super("seen");
    this.faults = faults;
  }
}
