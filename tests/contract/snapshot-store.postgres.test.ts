import { randomBytes, randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { migrate } from "../../db/migrator.ts";
import { createPostgresSnapshotStore } from "../../db/snapshot-store.ts";
import { FencedError, type SnapshotStore, UnavailableError } from "../../engine/ports.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { longestTurnMs } from "../support/longest-turn.ts";
import { describeSnapshotStore, snapshot } from "./snapshot-store.ts";

const MEBIBYTE = 1_048_576;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
});
afterAll(() => database.drop());

describeSnapshotStore(`PostgreSQL ${inject("services").postgres.version}`, async () => {
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  return { store: createPostgresSnapshotStore(sql), close: () => sql.end({ timeout: 5 }) };
});

describe("bodies of snapshots in PostgreSQL", () => {
  let sql: Sql;
  let pool: Sql;
  let store: SnapshotStore;

  beforeEach(async () => {
    sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    // As in the one-process run: one connection that knows no types.
    pool = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => undefined });
    store = createPostgresSnapshotStore(pool);
    await sql`truncate order_book_snapshots, order_book_snapshot_parts`;
  });
  afterEach(async () => {
    await Promise.all([sql.end({ timeout: 5 }), pool.end({ timeout: 5 })]);
  });

  const listed = async () => (await store.list("main")).map(({ sequence, body }) => [sequence, body.length]);
  /** Parts that there are, and how many of them belong to no snapshot. */
  const parts = async () => {
    const [row] = await sql`
      select count(*)::integer as all, count(*) filter (where not exists (
        select from order_book_snapshots as s where s.body_id = p.body_id))::integer as stray
      from order_book_snapshot_parts as p`;
    return row;
  };

  it("lie in parts of a mebibyte, the last one shorter", async () => {
    await store.save(snapshot({ sequence: 1, body: randomBytes(2 * MEBIBYTE + 5) }));
    const rows = await sql`select octet_length(bytes) as bytes from order_book_snapshot_parts order by part`;
    expect(rows.map(({ bytes }) => bytes)).toEqual([MEBIBYTE, MEBIBYTE, 5]);
    await store.save(snapshot({ sequence: 1, body: new Uint8Array(MEBIBYTE) }));
    expect(await listed()).toEqual([[1, MEBIBYTE]]);
    expect(await parts()).toEqual({ all: 1, stray: 0 });
  });

  it.each([
    ["a part is missing", (own: Sql) => own`delete from order_book_snapshot_parts where part = 1`],
    ["the end is missing", (own: Sql) => own`delete from order_book_snapshot_parts where part = 2`],
    [
      "a byte is another",
      (own: Sql) =>
        own`update order_book_snapshot_parts set bytes = set_byte(bytes, 7, 255 - get_byte(bytes, 7)) where part = 1`,
    ],
    [
      "parts have changed places",
      (own: Sql) => own`update order_book_snapshot_parts set part = 3 where part = 0`,
    ],
    ["the size is absurd", (own: Sql) => own`update order_book_snapshots set body_bytes = 9e15`],
  ])("are passed over where %s, and older ones are read", async (_what, spoil) => {
    await store.save(snapshot({ sequence: 2, body: randomBytes(2 * MEBIBYTE + 5) }));
    await spoil(sql);
    await store.save(snapshot({ sequence: 1, body: randomBytes(10) }));
    expect(await listed()).toEqual([[1, 10]]);
    expect(await store.list("main", 1)).toEqual([]);
  });

  it("are not seen before they are whole, and what was never finished goes with a later save", async () => {
    const upload = (id: string, part: number) =>
      sql`select upload_snapshot_part('main', ${id}, ${part}, '\\x01')`;
    const [old, recent] = [randomUUID(), randomUUID()];
    await upload(old, 0);
    await upload(old, 1);
    await upload(recent, 0);
    await sql`
      update order_book_snapshot_parts set uploaded_at = uploaded_at - interval '11 minutes' where body_id = ${old}`;
    expect(await listed()).toEqual([]);
    await store.save(snapshot({ sequence: 1 }));
    expect(await listed()).toEqual([[1, 3]]);
    // It may still be on its way.
    expect(await parts()).toEqual({ all: 2, stray: 1 });
  });

  it("that are committed without all of their parts are refused and leave nothing", async () => {
    const [id, hash] = [randomUUID(), Buffer.alloc(32)];
    await sql`select upload_snapshot_part('main', ${id}, 1, '\\x010203')`;
    const [row] = await sql`
      select commit_order_book_snapshot('main', 1, 1, ${randomUUID()}, ${hash}, 1, 1, 0, ${id}, 3, ${hash}) as outcome`;
    expect(row).toEqual({ outcome: "TORN" });
    expect(await parts()).toEqual({ all: 0, stray: 0 });
  });

  it("of a writer that is fenced before or during its upload leave nothing", async () => {
    const other = createPostgresSnapshotStore(sql);
    const large = randomBytes(8 * MEBIBYTE);
    const late = store
      .save(snapshot({ sequence: 9, epoch: 1, body: large }))
      .catch((error: unknown) => error);
    await other.save(snapshot({ sequence: 10, epoch: 2 }));
    expect(await late).toBeInstanceOf(FencedError);
    await expect(store.save(snapshot({ sequence: 11, epoch: 1, body: large }))).rejects.toBeInstanceOf(
      FencedError,
    );
    expect(await listed()).toEqual([[10, 3]]);
    expect(await parts()).toEqual({ all: 1, stray: 0 });
  });

  it("of two engines that save at once stay apart, and only those of the newest few stay", async () => {
    const other = createPostgresSnapshotStore(sql);
    const bodies = Array.from({ length: 10 }, (_, at) => randomBytes(MEBIBYTE + at));
    await Promise.all(
      [store, other].map(async (each) => {
        for (const [at, body] of bodies.entries()) await each.save(snapshot({ sequence: at, body }));
      }),
    );
    const kept = await store.list("main");
    expect(kept.map(({ sequence }) => sequence)).toEqual([9, 8, 7]);
    for (const { sequence, body } of kept) expect(Buffer.compare(body, bodies[sequence]!)).toBe(0);
    expect(await parts()).toEqual({ all: 6, stray: 0 });
  });

  it("cannot be read or written when the connection ends meanwhile, and can be again afterwards", async () => {
    const body = randomBytes(64 * MEBIBYTE);
    await store.save(snapshot({ sequence: 1, body }));
    const end = (query: string) =>
      waitFor("a connection to end", 10_000, async () => {
        const rows = await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like ${query}`;
        return rows.length > 0 || undefined;
      });
    const reading = store.list("main").catch((error: unknown) => error);
    await end("copy %order_book_snapshot_parts%");
    expect(await reading).toBeInstanceOf(UnavailableError);
    let writing: Promise<unknown> = Promise.resolve();
    const locker = postgres(database.url, { max: 1, onnotice: () => undefined });
    await locker.begin(async (own) => {
      await own`lock table order_book_snapshot_parts in exclusive mode`;
      writing = store.save(snapshot({ sequence: 2, body })).catch((error: unknown) => error);
      await end("%upload_snapshot_part%");
    });
    await locker.end({ timeout: 5 });
    expect(await writing).toBeInstanceOf(UnavailableError);
    expect(await parts()).toEqual({ all: 64, stray: 0 });
    expect(await listed()).toEqual([[1, body.length]]);
  });

  it("hold the event loop for no longer than a tenth of a second, however large they are", async () => {
    const body = randomBytes(64 * MEBIBYTE);
    const longest = await longestTurnMs(async () => {
      await store.save(snapshot({ sequence: 1, body }));
      const [read] = await store.list("main", 1);
      expect(read?.body.length).toBe(body.length);
    });
    expect(longest).toBeLessThan(100);
  });
});
