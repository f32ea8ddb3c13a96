import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type AuditReport, auditRecords } from "../../infra/tools/audit/audit.ts";
import { DEEP, EVERYTHING } from "../model/profiles.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { tradeInto } from "../support/engine/traded-database.ts";
import { runTool } from "../support/tool-run.ts";

/** What real trading left in a database, whole and tampered with. */

let traded: TestDatabase;

beforeAll(async () => {
  traded = await createTestDatabase();
  await tradeInto(traded.url, { profile: EVERYTHING, commands: 1_500, seed: 7 });
});

afterAll(() => traded.drop());

/** A copy of the traded database, changed by a statement. */
async function audited(change: (sql: Sql) => Promise<unknown>): Promise<AuditReport> {
  const name = new URL(traded.url).pathname.slice(1);
  const copy = `${name}_copy`;
  const administrator = postgres(inject("services").postgres.url, { max: 1, onnotice: () => undefined });
  const url = new URL(traded.url);
  url.pathname = `/${copy}`;
  try {
    await administrator.unsafe(`create database ${copy} template ${name}`);
    const sql = postgres(url.href, { max: 1, onnotice: () => undefined });
    await change(sql);
    await sql.end({ timeout: 5 });
    return await auditRecords({ url: url.href, symbol: null });
  } finally {
    await administrator.unsafe(`drop database if exists ${copy} with (force)`);
    await administrator.end({ timeout: 5 });
  }
}

function words(report: AuditReport): string {
  return report.findings.map(({ kind, examples }) => [kind, ...examples].join("\n  ")).join("\n");
}

describe("a database that nobody tampered with", () => {
  it("holds in everything, after a random history with every kind of order", async () => {
    const report = await auditRecords({ url: traded.url, symbol: null });
    expect(words(report)).toBe("");
    const [group] = report.groups;
    expect(group?.commands).toBe(group?.lastSequence);
    expect(group?.orders).toBeGreaterThan(500);
    expect(group?.trades).toBeGreaterThan(50);
    expect(group?.openOrders).toBeGreaterThan(0);
  });

  it("holds with deep books", async () => {
    const database = await createTestDatabase();
    try {
      await tradeInto(database.url, { profile: DEEP, commands: 2_000, seed: 11 });
      expect(words(await auditRecords({ url: database.url, symbol: null }))).toBe("");
    } finally {
      await database.drop();
    }
  });

  it("holds from the oldest snapshot on, when the journal's begin has been dropped", async () => {
    const report = await audited(async (sql) => {
      const [snapshot] = await sql<
        { sequence: string }[]
      >`select min(sequence) as sequence from order_book_snapshots`;
      await sql`delete from journal where last_sequence <= ${snapshot?.sequence ?? "0"}`;
    });
    expect(words(report)).toBe("");
    expect(report.groups[0]?.firstSequence).toBeGreaterThan(1);
    expect(report.groups[0]?.orders).toBeGreaterThan(100);
  });

  it("holds by its last snapshot, when all of the journal has been dropped", async () => {
    const report = await audited((sql) => sql`delete from journal`);
    expect(words(report)).toBe("");
    expect(report.groups[0]?.openOrders).toBeGreaterThan(0);
  });

  it("is said to hold by the program, whose exit code is 0", async () => {
    const { code, stdout, stderr } = await runTool("audit", ["--url", traded.url]);
    expect(stdout, stderr).toContain("Everything holds");
    expect(code).toBe(0);
  });

  it("can be looked at for one symbol", async () => {
    const { code, stdout, stderr } = await runTool("audit", ["--url", traded.url, "--symbol", "COIN1-USDT"]);
    expect(stdout, stderr).toContain("Everything holds");
    expect(code).toBe(0);
    const unknown = await runTool("audit", ["--url", traded.url, "--symbol", "NONE/USDT"]);
    expect(unknown.stderr).toContain("there is no symbol NONE/USDT");
    expect(unknown.code).toBe(2);
  });
});

describe("a database that was tampered with", () => {
  const AN_ORDER = "[0-9a-f-]{36} of COIN\\d/USDT";

  it.each<[what: string, change: (sql: Sql) => Promise<unknown>, said: RegExp]>([
    [
      "a byte of the journal changed",
      (
        sql,
      ) => sql`update journal set payload = set_byte(payload, length(payload) / 2, get_byte(payload, length(payload) / 2) # 1)
        where first_sequence = (select first_sequence from journal order by first_sequence offset 5 limit 1)`,
      /journal row \d+ to \d+: its hash does not follow/,
    ],
    [
      "a row of the journal gone",
      (sql) => sql`delete from journal
        where first_sequence = (select first_sequence from journal order by first_sequence offset 5 limit 1)`,
      /sequences \d+ to \d+ before it are missing/,
    ],
    [
      "the end of the journal gone",
      (sql) => sql`delete from journal where first_sequence = (select max(first_sequence) from journal)`,
      /its row says sequence \d+, its journal ends at \d+/,
    ],
    [
      "an epoch that goes back",
      (sql) =>
        sql`update journal set epoch = 0 where first_sequence = (select max(first_sequence) from journal)`,
      /its epoch 0 is below 1 before it/,
    ],
    [
      "another hash in the group's row",
      (sql) => sql`update engine_groups set hash = sha256('x')`,
      /the hash in its row is not the journal's last/,
    ],
    [
      "a cursor ahead of what is committed",
      (sql) => sql`update engine_groups set published_sequence = last_sequence + 5`,
      /events are published up to \d+, but only \d+ is committed/,
    ],
    [
      "a trade gone",
      (sql) => sql`delete from trades where trade_id = (select trade_id from trades limit 1)`,
      /trade [0-9a-f-]{36} at sequence \d+ is missing[\s\S]*filled_quantity is \S+, its trades make/,
    ],
    [
      "a trade there twice",
      (
        sql,
      ) => sql`insert into trades select trade_id, executed_at + interval '1 minute', sequence, symbol, buy_order_id,
        sell_order_id, buyer_user_id, seller_user_id, taker_side, price, quantity from trades limit 1`,
      /trade [0-9a-f-]{36} of COIN\d\/USDT is there twice/,
    ],
    [
      "a trade with another price",
      (sql) =>
        sql`update trades set price = price + 0.01 where trade_id = (select trade_id from trades limit 1)`,
      /trade [0-9a-f-]{36} of COIN\d\/USDT: its price is \d+\.\d\d, not \d+\.\d\d/,
    ],
    [
      "an ended order with another state",
      (sql) =>
        sql`update orders set status = 'EXPIRED' where order_id = (select order_id from orders where status = 'CANCELLED' limit 1)`,
      new RegExp(`order ${AN_ORDER}: in orders its status is EXPIRED, not CANCELLED`),
    ],
    [
      "an ended order gone",
      (sql) =>
        sql`delete from orders where order_id = (select order_id from orders where status = 'FILLED' limit 1)`,
      /order [0-9a-f-]{36} ended FILLED at sequence \d+; orders does not say so/,
    ],
    [
      "an ended order that is alive again in orders",
      (sql) =>
        sql`update orders set status = 'OPEN' where order_id = (select order_id from orders where status = 'CANCELLED' limit 1)`,
      /is OPEN in orders, but not in open_orders/,
    ],
    [
      "an order that nobody placed",
      (sql) => sql`insert into orders select (o).* from (
          select jsonb_populate_record(o, '{"order_id": "019b8000-0001-7000-8000-0000000000ff"}') as o from orders as o
          where status = 'CANCELLED' limit 1) as made`,
      /order 019b8000-0001-7000-8000-0000000000ff of COIN\d\/USDT is in orders as CANCELLED since sequence \d+; the journal has nothing/,
    ],
    [
      "an open order with another price",
      (sql) =>
        sql`update open_orders set price = price + 0.01 where order_id = (select order_id from open_orders where price is not null limit 1)`,
      new RegExp(`order ${AN_ORDER}: in open_orders its price is \\d+\\.\\d\\d, not \\d+\\.\\d\\d`),
    ],
    [
      "an open order gone",
      (sql) => sql`delete from open_orders where order_id = (select order_id from open_orders limit 1)`,
      /order [0-9a-f-]{36} is \w+ since sequence \d+, but missing in open_orders/,
    ],
    [
      "an open order too many",
      (sql) => sql`insert into open_orders select (o).* from (
          select jsonb_populate_record(o, '{"order_id": "019b8000-0001-7000-8000-0000000000ff"}') as o from open_orders as o
          limit 1) as made`,
      /order 019b8000-0001-7000-8000-0000000000ff of COIN\d\/USDT is in open_orders as \w+, but in no book/,
    ],
    [
      "an amount that is no multiple of its step",
      (sql) =>
        sql`update open_orders set quantity = quantity + 0.00001 where order_id = (select order_id from open_orders limit 1)`,
      /open_orders holds something that no order has: a stored amount is no multiple/,
    ],
    [
      "a waiting order off the watch list",
      (sql) =>
        sql`delete from stop_orders_watchlist where order_id = (select order_id from stop_orders_watchlist limit 1)`,
      /waits, but is not in stop_orders_watchlist/,
    ],
    [
      "the watch list at another price",
      (sql) => sql`update stop_orders_watchlist set quantity = quantity + 1`,
      /stop_orders_watchlist says \(.*\), open_orders \(/,
    ],
    [
      "another symbol's status",
      (sql) => sql`update symbols set min_notional = min_notional + 1 where symbol_number = 1`,
      /COIN1\/USDT: its minNotional is \d+, not \d+/,
    ],
    [
      "a snapshot with another byte",
      (sql) =>
        sql`update order_book_snapshot_parts set bytes = set_byte(bytes, length(bytes) - 40, 255 - get_byte(bytes, length(bytes) - 40))`,
      /snapshot at \d+ does not restore: its body is not whole/,
    ],
    [
      "a snapshot of other books that has a checksum of its own",
      (sql) => sql`
        with spoiled as (
          update order_book_snapshot_parts set bytes = set_byte(bytes, length(bytes) - 40, 255 - get_byte(bytes, length(bytes) - 40))
          returning body_id, bytes)
        update order_book_snapshots as s set body_sha256 = sha256(spoiled.bytes) from spoiled
        where s.body_id = spoiled.body_id`,
      /snapshot at \d+ does not restore: (?!its body is not whole)/,
    ],
    [
      "a snapshot ahead of the journal",
      (sql) =>
        sql`update order_book_snapshots set sequence = sequence + 10 where sequence = (select max(sequence) from order_book_snapshots)`,
      /snapshot at \d+: the group has only got to \d+/,
    ],
    [
      "an answer about an order that is not there",
      (
        sql,
      ) => sql`insert into idempotency_keys (user_id, route, key, body_hash, command_id, lease_until, response_status, response_body)
        values ('alice', 'POST /api/v1/orders', 'k1', '\\x00', gen_random_uuid(), now(), 201,
          '{"orderId":"019b8000-0001-7000-8000-0000000000ff","symbol":"COIN1/USDT"}')`,
      /user alice was told of order 019b8000-0001-7000-8000-0000000000ff under key k1, which is not there/,
    ],
  ])("%s", async (_, change, said) => {
    const report = await audited(change);
    expect(report.total).toBeGreaterThan(0);
    expect(words(report)).toMatch(said);
  });

  it("is told by the program in plain words, with a bound for each kind, and exit code 1", async () => {
    const database = await createTestDatabase();
    try {
      await tradeInto(database.url, { profile: EVERYTHING, commands: 300, seed: 3 });
      const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
      await sql`update orders set user_id = 'mallory'`;
      await sql.end({ timeout: 5 });
      const { code, stdout } = await runTool("audit", ["--url", database.url]);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /orders: \d+ wrong\n {2}order [0-9a-f-]{36} of COIN\d\/USDT: in orders its user_id is "mallory", not "u\d"/,
      );
      expect(stdout).toMatch(/… and \d+ more/);
      expect(stdout).toMatch(/\d+ things are wrong \(/);
    } finally {
      await database.drop();
    }
  });
});
