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
    "select upload_snapshot_part('rights', gen_random_uuid(), 0, '')",
    "select * from order_book_snapshots, order_book_snapshot_parts",
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
    "select * from order_book_snapshot_parts",
    "select discard_snapshot_upload('rights', gen_random_uuid())",
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

  it("who only reads may write nothing, anywhere", async () => {
    expect(await writable("trade_readonly")).toEqual([]);
    for (const statement of [
      "insert into orders select * from orders",
      "delete from trades",
      "truncate journal",
      "insert into symbols select * from symbols",
      "create table theirs ()",
      "select maintain_partitions()",
      "select refresh_order_book_snapshot()",
      "select * from api_keys",
    ]) {
      await expect(as("trade_readonly", statement), statement).rejects.toEqual(DENIED);
    }
  });

  it("the API may write its own tables only, and an engine none but by its functions", async () => {
    expect(await writable("trade_api")).toEqual(["admin_audit", "api_keys", "idempotency_keys"]);
    expect(await writable("trade_engine")).toEqual([]);
  });

  it("no function may be called by everybody, and few change anything", async () => {
    expect(await callable("public")).toEqual([]);
    expect(await callable("trade_readonly")).toEqual([
      "check_db_connections",
      "check_partition_health",
      "check_table_sizes",
    ]);
    expect(await callable("trade_api")).toEqual([
      "allocate_symbol_number",
      "check_db_connections",
      "check_partition_health",
      "check_table_sizes",
      "claim_idempotency_key",
      "moment_of",
    ]);
    expect(await callable("trade_engine")).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(maintain_partitions|create_partition|write_)/)]),
    );
  });

  it("what a later migration makes is readable to those who read, and to nobody else by itself", async () => {
    await sql`create table later (id integer primary key)`;
    await sql`create function later_function() returns integer language sql return 1`;
    await expect(as("trade_readonly", "select * from later")).resolves.toBeDefined();
    await expect(as("trade_readonly", "insert into later values (1)")).rejects.toEqual(DENIED);
    await expect(as("trade_api", "select * from later")).rejects.toEqual(DENIED);
    await expect(as("trade_engine", "select later_function()")).rejects.toEqual(DENIED);
    await sql`drop table later`;
    await sql`drop function later_function()`;
  });

  it("secrets, answers of others and snapshots are not for those who only read", async () => {
    const rows = await sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and not has_table_privilege('trade_readonly', oid, 'select') and not relispartition order by 1`;
    expect(rows.map(({ name }) => name)).toEqual([
      "api_keys",
      "idempotency_keys",
      "order_book_snapshot_parts",
      "order_book_snapshots",
      "queue_groups",
      "queue_messages",
    ]);
  });

  it("a partition made later is read and written through its table, by those who may", async () => {
    await sql`select create_partition('orders', 'orders_2030_01', '2030-01-01', '2030-02-01')`;
    await expect(
      as("trade_api", "select * from orders where created_at > '2030-01-05'"),
    ).resolves.toBeDefined();
    await expect(as("trade_readonly", "select * from orders_2030_01")).resolves.toBeDefined();
    await expect(as("trade_api", "delete from orders_2030_01")).rejects.toEqual(DENIED);
    await expect(as("trade_engine", "update orders_2030_01 set status = 'OPEN'")).rejects.toEqual(DENIED);
  });

  /** Tables that a role may change in any way, down to one column. */
  async function writable(role: string): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
        and case relkind when 'S' then has_sequence_privilege(${role}, oid, 'update') else
          has_table_privilege(${role}, oid, 'insert, update, delete, truncate')
          or has_any_column_privilege(${role}, oid, 'insert, update') end
      order by 1`;
    return rows.map(({ name }) => name);
  }

  async function callable(role: string): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select distinct proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and has_function_privilege(${role}, oid, 'execute') order by 1`;
    return rows.map(({ name }) => name);
  }
});
