import { randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiReads, IdempotencyStore } from "../../../api/ports.ts";
import { ApiPool } from "../../../db/api-pool.ts";
import { PostgresApiReads } from "../../../db/api-reads.ts";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { PostgresIdempotencyStore } from "../../../db/idempotency-store.ts";
import { migrate } from "../../../db/migrator.ts";
import { ensurePartitions } from "../../../db/partitions.ts";
import { Code } from "../../../engine/core/codes.ts";
import { OrderStatus, OrderType, Side } from "../../../engine/core/terms.ts";
import { type EngineRecords, type OrderRecord, UnavailableError } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anId, anOrder, aTrade, HistoryWriter, later } from "./history-writer.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const EVER = { fromMs: NOW_MS - 100 * DAY_MS, toMs: NOW_MS + DAY_MS, before: null, limit: 100 };

let database: TestDatabase;
let sql: Sql;
let pool: ApiPool;
let reads: ApiReads;
let records: EngineRecords;
let writer: HistoryWriter;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  await ensurePartitions(sql, new Date());
  pool = new ApiPool({ url: database.url });
  reads = new PostgresApiReads(pool);
  records = openEngineRecords({ url: database.url });
  writer = await HistoryWriter.open(records);
});
afterAll(async () => {
  await records.close();
  await pool.close();
  await sql.end({ timeout: 5 });
  await database.drop();
});

describe("an order", () => {
  it("is found by its id, and nothing by an id that there is not or that is none", async () => {
    const order = anOrder();
    await writer.commit({ entered: [order] });
    expect(await reads.order(order.state.orderId)).toEqual(order);
    expect(await reads.order(order.state.orderId.toUpperCase())).toEqual(order);
    expect(await reads.order(anId(NOW_MS))).toBeNull();
    expect(await reads.order(anId(2 ** 48 - 1))).toBeNull();
    expect(await reads.order("no-id")).toBeNull();
  });

  it("is found by its client order id: the newest of that user and symbol", async () => {
    const named = { userId: "namer", clientOrderId: "my order" };
    const ancient = anOrder({ ...named, createdAtMs: NOW_MS - 90 * DAY_MS, status: OrderStatus.Filled });
    const elsewhere = anOrder({ ...named, symbol: 2 });
    const others = anOrder({ ...named, userId: "someone" });
    await writer.commit({ entered: [ancient, elsewhere, others] });
    expect(await reads.orderByClientId("namer", 1, "my order")).toEqual(ancient);
    const old = anOrder({ ...named, createdAtMs: NOW_MS - 2_000, status: OrderStatus.Cancelled });
    await writer.commit({ entered: [old] });
    expect(await reads.orderByClientId("namer", 1, "my order")).toEqual(old);
    const open = anOrder({ ...named, createdAtMs: NOW_MS - 1_000 });
    await writer.commit({ entered: [open] });
    expect(await reads.orderByClientId("namer", 1, "my order")).toEqual(open);
    expect(await reads.orderByClientId("namer", 1, "another")).toBeNull();
    expect(await reads.orderByClientId("namer", 60_000, "my order")).toBeNull();
  });

  it("of a list comes with its other leg, limit leg first, alive and ended", async () => {
    const listId = anId(NOW_MS);
    const stop = anOrder({
      listId,
      type: OrderType.StopLimit,
      status: OrderStatus.Pending,
      stopPrice: 7,
      createdAtMs: NOW_MS,
    });
    const limit = anOrder({ listId, createdAtMs: NOW_MS });
    await writer.commit({ entered: [stop, limit] });
    expect(await reads.ordersOfList(listId)).toEqual([limit, stop]);
    const ended = [
      later(stop, { status: OrderStatus.Expired, code: Code.EXPIRED_BY_LIST }),
      later(limit, { status: OrderStatus.Filled }),
    ] as const;
    await writer.commit({ ended });
    expect(await reads.ordersOfList(listId)).toEqual([ended[1], ended[0]]);
    expect(await reads.ordersOfList(anId(NOW_MS))).toEqual([]);
  });
});

describe("a user's orders", () => {
  let all: OrderRecord[];

  beforeAll(async () => {
    const statuses = Object.values(OrderStatus);
    all = Array.from({ length: 60 }, (_, i) =>
      anOrder({
        userId: "historian",
        // Pairs at the very same millisecond, over some ninety days.
        createdAtMs: NOW_MS - Math.floor(i / 2) * 3 * DAY_MS,
        status: statuses[i % statuses.length]!,
        side: i % 3 === 0 ? Side.Sell : Side.Buy,
        symbol: i % 5 === 0 ? 2 : 1,
      }),
    );
    await writer.commit({ entered: [...all, anOrder({ userId: "somebody else" })] });
    all.sort(newestFirst);
  });

  const query = { ...EVER, userId: "historian", symbol: null, statuses: [], side: null };

  it("come newest first, each once, living and ended together", async () => {
    expect(await reads.orders(query)).toEqual(all);
  });

  it("come page by page without a gap or a repetition", async () => {
    for (const limit of [1, 7, 20]) {
      const seen: OrderRecord[] = [];
      for (let before: { timeMs: number; id: string } | null = null; ; ) {
        const page = await reads.orders({ ...query, limit, before });
        seen.push(...page);
        if (page.length < limit) break;
        const last: OrderRecord = page.at(-1)!;
        before = { timeMs: last.createdAtMs, id: last.state.orderId };
      }
      expect(seen).toEqual(all);
    }
  });

  it("are narrowed by status, side, symbol and time", async () => {
    const open = [OrderStatus.Open, OrderStatus.PartiallyFilled];
    const cases = [
      [{ statuses: open }, ({ state }) => open.includes(state.status as never)],
      [{ statuses: [OrderStatus.Filled] }, ({ state }) => state.status === OrderStatus.Filled],
      [{ statuses: [OrderStatus.Open, OrderStatus.Expired] }, ({ state }) => [1, 6].includes(state.status)],
      [{ side: Side.Sell }, ({ state }) => state.side === Side.Sell],
      [{ symbol: 2 }, ({ state }) => state.symbol === 2],
      [{ fromMs: NOW_MS - 9 * DAY_MS }, ({ createdAtMs }) => createdAtMs >= NOW_MS - 9 * DAY_MS],
      [{ toMs: NOW_MS - 9 * DAY_MS }, ({ createdAtMs }) => createdAtMs < NOW_MS - 9 * DAY_MS],
    ] as [Partial<typeof query>, (order: OrderRecord) => boolean][];
    for (const [narrowing, matches] of cases) {
      expect(await reads.orders({ ...query, ...narrowing })).toEqual(all.filter(matches));
    }
  });
});

describe("trades", () => {
  it("of a user come newest first and by pages, a trade with oneself once", async () => {
    const [mine, theirs] = [anOrder({ userId: "trader" }), anOrder({ userId: "counterpart" })];
    const made = Array.from({ length: 25 }, (_, i) => {
      const sides = [
        [mine, theirs],
        [theirs, mine],
        [mine, mine],
      ][i % 3] as [OrderRecord, OrderRecord];
      return aTrade(...sides, { executedAtMs: NOW_MS - i * 4 * 3_600_000, quantity: i + 1, sequence: i });
    });
    await writer.commit({ entered: [mine, theirs], trades: made });
    const query = { ...EVER, userId: "trader", symbol: null, orderId: null };
    expect(await reads.trades(query)).toEqual(made);
    const first = await reads.trades({ ...query, limit: 10 });
    const last = first.at(-1)!;
    const rest = await reads.trades({ ...query, before: { timeMs: last.executedAtMs, id: last.tradeId } });
    expect([...first, ...rest]).toEqual(made);
    expect(await reads.trades({ ...query, symbol: 2 })).toEqual([]);
    expect(await reads.trades({ ...query, userId: "nobody" })).toEqual([]);
  });

  it("of an order come to its owner only", async () => {
    const [mine, theirs] = [anOrder({ userId: "owner" }), anOrder({ userId: "other" })];
    const trade = aTrade(mine, theirs);
    await writer.commit({ entered: [mine, theirs], trades: [trade] });
    const query = { ...EVER, symbol: null, orderId: mine.state.orderId };
    expect(await reads.trades({ ...query, userId: "owner" })).toEqual([trade]);
    expect(await reads.trades({ ...query, userId: "other" })).toEqual([]);
  });

  it("of a symbol come newest first from everybody", async () => {
    const [buy, sell] = [anOrder({ symbol: 9 }), anOrder({ symbol: 9 })];
    const made = [1, 2, 3].map((i) => aTrade(buy, sell, { executedAtMs: NOW_MS - i * 2 * DAY_MS }));
    await writer.commit({ entered: [buy, sell], trades: made });
    const everybody = new PostgresApiReads(pool);
    expect(await everybody.recentTrades(9, 10)).toEqual(made);
    expect(await everybody.recentTrades(9, 2)).toEqual(made.slice(0, 2));
  });
});

describe("symbols", () => {
  it("are listed with the group that matches them", async () => {
    const [bitcoin] = await reads.listSymbols();
    expect(bitcoin).toMatchObject({
      group: "main",
      spec: { symbol: 1, name: "BTC/USDT", priceStep: "0.01" },
    });
  });

  it("get a number that is nobody else's, the same for the same name, however many ask at once", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `N${i % 6}/USDT`);
    const numbers = await Promise.all(names.map((name) => reads.reserveSymbolNumber(name)));
    expect(new Set(numbers).size).toBe(6);
    expect(numbers.slice(0, 6)).toEqual(numbers.slice(6));
    expect(await reads.reserveSymbolNumber("BTC/USDT")).toBe(1);
  });
});

describe("idempotency keys", () => {
  const store: IdempotencyStore = {
    claim: (c) => keys().claim(c),
    answer: (...a) => keys().answer(...a),
    release: (c) => keys().release(c),
  };
  const keys = (leaseMs?: number) => new PostgresIdempotencyStore(pool, leaseMs);
  const aClaim = () => ({
    userId: "alice",
    route: "POST /orders",
    key: randomUUID(),
    bodyHash: new Uint8Array(32).fill(1),
    commandId: randomUUID(),
  });

  it("have one winner among many at once", async () => {
    const claim = aClaim();
    const states = await Promise.all(
      Array.from({ length: 12 }, () => store.claim({ ...claim, commandId: randomUUID() })),
    );
    expect(states.map(({ state }) => state).sort()).toEqual([...Array(11).fill("in-flight"), "won"]);
  });

  it("give the first answer to everybody after, and refuse another body", async () => {
    const claim = aClaim();
    await store.claim(claim);
    await store.answer(claim, 201, '{"first":1}');
    await store.answer(claim, 500, "{}");
    const again = { ...claim, commandId: randomUUID() };
    expect(await store.claim(again)).toEqual({ state: "answered", status: 201, body: '{"first":1}' });
    const otherBody = { ...again, bodyHash: new Uint8Array(32).fill(2) };
    expect(await store.claim(otherBody)).toEqual({ state: "mismatch" });
    expect(await store.claim({ ...otherBody, userId: "bob" })).toEqual({ state: "won" });
    expect(await store.claim({ ...otherBody, route: "DELETE /orders" })).toEqual({ state: "won" });
  });

  it("are taken over by one under the first command's id when the lease ends unanswered", async () => {
    const claim = aClaim();
    await store.claim(claim);
    await store.release(claim);
    const states = await Promise.all(
      Array.from({ length: 5 }, () => store.claim({ ...claim, commandId: randomUUID() })),
    );
    expect(states.filter(({ state }) => state === "resend")).toEqual([
      { state: "resend", commandId: claim.commandId },
    ]);
    expect(states.filter(({ state }) => state === "in-flight")).toHaveLength(4);
    const short = { ...aClaim() };
    await keys(1).claim(short);
    await expect
      .poll(() => store.claim({ ...short, commandId: randomUUID() }))
      .toEqual({
        state: "resend",
        commandId: short.commandId,
      });
  });

  it("begin anew after 24 hours, and are purged then", async () => {
    const [old, older] = [aClaim(), aClaim()];
    for (const claim of [old, older]) {
      await store.claim(claim);
      await store.answer(claim, 201, "{}");
      await sql`update idempotency_keys set created_at = now() - interval '25 hours' where key = ${claim.key}`;
    }
    expect(await store.claim({ ...old, bodyHash: new Uint8Array(32).fill(3) })).toEqual({ state: "won" });
    expect(await keys().purge()).toBe(false);
    const left = await sql`select key from idempotency_keys where key in (${old.key}, ${older.key})`;
    expect(left).toEqual([{ key: old.key }]);
  });
});

describe("the API's pool", () => {
  it("answers again after its sessions were killed, under load", async () => {
    const order = anOrder();
    await writer.commit({ entered: [order] });
    const asked = Array.from({ length: 40 }, () => reads.order(order.state.orderId));
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'trade-engine api'`;
    const answers = await Promise.allSettled(asked);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(UnavailableError);
      else expect(answer.value).toEqual(order);
    }
    await expect.poll(() => reads.order(order.state.orderId).catch(() => null)).toEqual(order);
  });

  it("gives up a statement that takes too long, and goes on with the next", async () => {
    const impatient = new ApiPool({ url: database.url, timeoutMs: 200 });
    await expect(impatient.read("select pg_sleep(30)")).rejects.toBeInstanceOf(UnavailableError);
    expect(await impatient.read("select 1 as one")).toEqual([{ one: 1 }]);
    await impatient.close();
  });

  it("works without prepared statements, as behind a transaction pool", async () => {
    const plain = new ApiPool({ url: database.url, prepare: false });
    const order = anOrder();
    await writer.commit({ entered: [order] });
    expect(await new PostgresApiReads(plain).order(order.state.orderId)).toEqual(order);
    await plain.close();
  });

  it("says that the records are unavailable when it cannot connect, and no driver's words", async () => {
    const nowhere = new ApiPool({ url: "postgres://nobody:secret@127.0.0.1:1/none", timeoutMs: 1_000 });
    const fault = await new PostgresApiReads(nowhere).order(anId(NOW_MS)).catch((cause: unknown) => cause);
    expect(fault).toBeInstanceOf(UnavailableError);
    expect((fault as Error).message).toBe("the records cannot be reached");
    await nowhere.close();
  });
});

function newestFirst(a: OrderRecord, b: OrderRecord): number {
  return b.createdAtMs - a.createdAtMs || (a.state.orderId < b.state.orderId ? 1 : -1);
}
