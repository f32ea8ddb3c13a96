import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../db/migrator.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const DENIED = expect.objectContaining({ code: "42501" });

describe("rights", () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    await database.drop();
  });

  async function as(role: string, statement: string): Promise<unknown> {
    await sql.unsafe(`set role ${role}`);
    try {
      return await sql.unsafe(statement);
    } finally {
      await sql.unsafe("reset role");
    }
  }

  it.each([
    "insert into trades select * from trades",
    "update orders set status = 'FILLED'",
    "delete from journal",
    "update engine_groups set epoch = 0",
    "insert into symbols select * from symbols",
    "delete from idempotency_keys",
    "select create_partition('orders', 'x', now(), now())",
  ])("an engine may not: %s", async (statement) => {
    await expect(as("trade_engine", statement)).rejects.toEqual(DENIED);
  });

  it.each([
    "select * from ensure_engine_group('rights')",
    "select * from take_epoch('rights')",
    "select commit_batch('rights', 99, 0, '', 1, 0, 1, '', '', '{}', '{}', '{}', '{}', '{}')",
    "select ensure_next_partition(now(), 0, 0, 0)",
    "select * from journal, orders, open_orders, trades, symbols limit 1",
  ])("an engine may: %s", async (statement) => {
    await expect(as("trade_engine", statement)).resolves.toBeDefined();
  });

  it.each([
    "select commit_batch('rights', 99, 0, '', 1, 0, 1, '', '', '{}', '{}', '{}', '{}', '{}')",
    "select * from take_epoch('rights')",
    "insert into orders select * from orders",
    "update open_orders set status = 'OPEN'",
    "select * from order_book_snapshots",
    "delete from api_keys",
    "update api_keys set scopes = '{admin}'",
    "select * from admin_audit",
    "update admin_audit set user_id = 'nobody'",
    "delete from admin_audit",
    "truncate admin_audit",
  ])("the API may not: %s", async (statement) => {
    await expect(as("trade_api", statement)).rejects.toEqual(DENIED);
  });

  it.each([
    "select claim_idempotency_key('u', 'r', 'k', '', gen_random_uuid(), 1)",
    "delete from idempotency_keys",
    "select allocate_symbol_number('RIGHTS/USDT')",
    "update api_keys set revoked_at = now()",
    "insert into admin_audit (phase, request_id, user_id, address, method, target) values ('ASKED', 'r', 'u', '', 'GET', '/')",
    "select * from orders, open_orders, trades, symbols where orders.created_at >= moment_of(1) limit 1",
  ])("the API may: %s", async (statement) => {
    await expect(as("trade_api", statement)).resolves.toBeDefined();
  });

  it.each(["update admin_audit set user_id = 'nobody'", "delete from admin_audit", "truncate admin_audit"])(
    "not even the owner may: %s",
    async (statement) => {
      await expect(sql.unsafe(statement)).rejects.toEqual(DENIED);
    },
  );

  it.each([
    "update orders set status = 'OPEN'",
    "select * from idempotency_keys",
    "select * from queue_messages",
  ])("who only reads may not: %s", async (statement) => {
    await expect(as("trade_readonly", statement)).rejects.toEqual(DENIED);
  });

  it("who only reads may read orders and trades", async () => {
    await expect(as("trade_readonly", "select * from orders, trades limit 1")).resolves.toBeDefined();
  });
});
