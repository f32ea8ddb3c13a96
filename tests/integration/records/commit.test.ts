import fc from "fast-check";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiPool } from "../../../db/api-pool.ts";
import { PostgresApiReads } from "../../../db/api-reads.ts";
import { openEngineRecords } from "../../../db/engine-records.ts";
import { migrate } from "../../../db/migrator.ts";
import { ensurePartitions } from "../../../db/partitions.ts";
import { Code } from "../../../engine/core/codes.ts";
import { formatTickLots, formatUnits, TICK_LOTS_LIMIT } from "../../../engine/core/decimal.ts";
import { OrderStatus, OrderType, Side, SymbolStatus } from "../../../engine/core/terms.ts";
import { type EngineRecords, FencedError, RejectedError, UnavailableError } from "../../../engine/ports.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { anOrder, aSymbol, aTrade, HistoryWriter, later } from "./history-writer.ts";

let database: TestDatabase;
let sql: Sql;
let pool: ApiPool;
let reads: PostgresApiReads;
let records: EngineRecords;
let writer: HistoryWriter;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  sql = postgres(database.url, { max: 3, onnotice: () => undefined });
  await ensurePartitions(sql, new Date());
  pool = new ApiPool({ url: database.url });
  reads = new PostgresApiReads(pool);
});
afterAll(async () => {
  await records.close();
  await pool.close();
  await sql.end({ timeout: 5 });
  await database.drop();
});
beforeEach(async () => {
  await records?.close();
  records = openEngineRecords({ url: database.url, timeoutMs: 5_000 });
  writer = await HistoryWriter.open(records);
});

describe("a commit", () => {
  it("writes the orders that entered: all of them to orders, the living to open_orders", async () => {
    const rests = anOrder({ clientOrderId: "mine-1" });
    const filled = anOrder({
      status: OrderStatus.Filled,
      filledQuantity: 150_000_000,
      filledQuote: 5_000_012n * 150_000_000n,
    });
    const refused = anOrder({
      status: OrderStatus.Rejected,
      code: Code.POST_ONLY_WOULD_CROSS,
      postOnly: true,
    });
    await writer.commit({ entered: [rests, filled, refused] });
    for (const each of [rests, filled, refused]) {
      expect(await reads.order(each.state.orderId)).toEqual(each);
      expect(await statusesOf(each.state.orderId)).toMatchObject({ orders: 1 });
    }
    expect((await statusesOf(rests.state.orderId)).open).toBe("OPEN");
    expect((await statusesOf(filled.state.orderId)).open).toBeUndefined();
    expect((await statusesOf(refused.state.orderId)).open).toBeUndefined();
  });

  it("stores decimals as the engine's replies write them", async () => {
    const order = anOrder({
      filledQuantity: 1,
      filledQuote: 5_000_012n,
      status: OrderStatus.PartiallyFilled,
    });
    await writer.commit({ entered: [order] });
    const [row] = await sql`select * from orders where order_id = ${order.state.orderId}`;
    expect(row).toMatchObject({
      symbol: "BTC/USDT",
      price: "50000.12",
      quantity: "1.50000000",
      filled_quantity: "0.00000001",
      filled_quote: formatTickLots(5_000_012n, "0.01", "0.00000001"),
      prevented_quantity: "0.00000000",
      stop_price: null,
      quote_quantity: null,
    });
  });

  it("holds every amount, time and text exactly", async () => {
    const units = fc.maxSafeNat();
    const tickLots = fc.bigInt({ min: 0n, max: TICK_LOTS_LIMIT - 1n });
    const moment = fc.integer({ min: 1_600_000_000_000, max: 2 ** 48 - 1 });
    const text = fc.string({ unit: "grapheme", maxLength: 40 }).map((value) => value.replaceAll("\0", "x"));
    const awkward = fc.constantFrom(
      '"',
      "\\",
      "{a,b}",
      "(x)",
      ' "\\", ',
      "NULL",
      "null",
      "'",
      "a\nb\t",
      ",,",
      "💥",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          createdAtMs: fc.integer({ min: Date.now() - 3e10, max: 2 ** 48 - 1 }),
          symbol: fc.integer({ min: 1, max: 10 }),
          userId: fc.oneof(text, awkward).map((value) => `u${value}`),
          clientOrderId: fc.oneof(text, awkward),
          side: fc.constantFrom(...Object.values(Side)),
          type: fc.constantFrom(...Object.values(OrderType)),
          status: fc.constantFrom(...Object.values(OrderStatus)),
          price: units,
          quantity: units,
          filledQuantity: units,
          preventedQuantity: units,
          displayQuantity: units,
          stopPrice: units,
          trailingAmount: units,
          activationPrice: units,
          trailingDelta: fc.integer({ min: 0, max: 9_999 }),
          filledQuote: tickLots,
          quoteQuantity: tickLots,
          expireAtMs: fc.oneof(fc.constant(0), moment),
          triggeredAtMs: fc.oneof(fc.constant(0), moment),
          updatedAtMs: moment,
          sequence: fc.maxSafeNat(),
        }),
        async (given) => {
          const order = anOrder(given);
          await writer.commit({ entered: [order] });
          expect(await reads.order(order.state.orderId)).toEqual(order);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps what changes in open_orders, and writes the end to orders", async () => {
    const order = anOrder({ quantity: 400 });
    await writer.commit({ entered: [order] });
    const part = later(order, {
      status: OrderStatus.PartiallyFilled,
      filledQuantity: 100,
      filledQuote: 500_001_200n,
      updatedAtMs: order.createdAtMs + 5,
      sequence: 2,
    });
    await writer.commit({ changed: [part] });
    expect(await reads.order(order.state.orderId)).toEqual(part);
    expect(await statusesOf(order.state.orderId)).toEqual({
      orders: 1,
      kept: "OPEN",
      open: "PARTIALLY_FILLED",
    });
    const ended = later(part, { status: OrderStatus.Cancelled, code: Code.CANCELLED_BY_USER, sequence: 3 });
    await writer.commit({ ended: [ended] });
    expect(await reads.order(order.state.orderId)).toEqual(ended);
    expect(await statusesOf(order.state.orderId)).toEqual({ orders: 1, kept: "CANCELLED", open: undefined });
  });

  it("ends orders of many months, and of months without a partition, in one batch", async () => {
    const yearsAgo = anOrder({ createdAtMs: Date.UTC(2019, 4, 5) });
    const farAhead = anOrder({ createdAtMs: 2 ** 48 - 1 });
    const nextMonth = anOrder({ createdAtMs: Date.now() + 31 * 86_400_000 });
    const now = anOrder();
    const all = [yearsAgo, farAhead, nextMonth, now];
    await writer.commit({ entered: all });
    const ended = all.map((each) => later(each, { status: OrderStatus.Expired, code: Code.EXPIRED_DAY }));
    await writer.commit({ ended });
    for (const each of ended) expect(await reads.order(each.state.orderId)).toEqual(each);
    const strays =
      await sql`select order_id from orders_default where order_id in ${sql([yearsAgo, farAhead].map((each) => each.state.orderId))}`;
    expect(strays.length).toBe(2);
  });

  it("ends the first order of a month in two groups at once", async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, async (_, i) => {
        const own = openEngineRecords({ url: database.url });
        return { own, writer: await HistoryWriter.open(own, `group-${i}`) };
      }),
    );
    for (let month = 1; month <= 3; month++) {
      const ended = await Promise.all(
        others.map(async (other) => {
          const order = anOrder({ createdAtMs: Date.now() + month * 31 * 86_400_000 });
          await other.writer.commit({ entered: [order] });
          return later(order, { status: OrderStatus.Expired, code: Code.EXPIRED_DAY });
        }),
      );
      await Promise.all(others.map((other, i) => other.writer.commit({ ended: [ended[i]!] })));
      for (const each of ended) expect(await reads.order(each.state.orderId)).toEqual(each);
    }
    await Promise.all(others.map(({ own }) => own.close()));
  });

  it("keeps waiting conditional orders in the watch list until they trigger or end", async () => {
    const stop = { type: OrderType.Stop, status: OrderStatus.Pending, price: 0, stopPrice: 4_900_000 };
    const [triggers, ends, amended] = [anOrder(stop), anOrder(stop), anOrder(stop)];
    const plain = anOrder();
    await writer.commit({ entered: [triggers, ends, amended, plain] });
    expect(await watched()).toEqual([triggers, ends, amended].map((each) => each.state.orderId).sort());
    await writer.commit({
      changed: [
        later(triggers, { status: OrderStatus.Open, triggeredAtMs: Date.now() }),
        later(amended, { stopPrice: 4_800_000 }),
        later(plain, { status: OrderStatus.PartiallyFilled }),
      ],
      ended: [later(ends, { status: OrderStatus.Cancelled, code: Code.CANCELLED_BY_USER })],
    });
    expect(await watched()).toEqual([amended.state.orderId]);
    const [row] =
      await sql`select stop_price from stop_orders_watchlist where order_id = ${amended.state.orderId}`;
    expect(row?.["stop_price"]).toBe("48000.00");

    async function watched(): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        select order_id as id from stop_orders_watchlist where order_id in ${sql([triggers, ends, amended, plain].map((each) => each.state.orderId))}`;
      return rows.map(({ id }) => id).sort();
    }
  });

  it("writes trades as they were made", async () => {
    const [buy, sell] = [anOrder({ userId: "buyer" }), anOrder({ userId: "seller", side: Side.Sell })];
    const made = [aTrade(buy, sell), aTrade(buy, sell, { quantity: 7 })];
    await writer.commit({ entered: [buy, sell], trades: made });
    const window = { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000, before: null, limit: 10 };
    for (const userId of ["buyer", "seller"]) {
      const found = await reads.trades({ ...window, userId, symbol: null, orderId: buy.state.orderId });
      if (userId === "buyer") expect(found).toEqual(made.toReversed());
      else expect(found).toEqual([]);
    }
    expect(await reads.trades({ ...window, userId: "seller", symbol: 1, orderId: null })).toEqual(
      made.toReversed(),
    );
  });

  it("defines a symbol and takes orders for it in the same batch, and changes it later", async () => {
    const spec = aSymbol();
    const order = anOrder({ symbol: spec.symbol, price: 3, quantity: 1_234 });
    await writer.commit({ symbols: [spec], entered: [order] });
    expect(await records.readSymbols("main")).toContainEqual(spec);
    expect(await reads.order(order.state.orderId)).toEqual(order);
    const [row] = await sql`select price, quantity from orders where order_id = ${order.state.orderId}`;
    expect(row).toEqual({ price: formatUnits(3, "0.25"), quantity: "1.234" });
    const halted = aSymbol({ status: SymbolStatus.Halted, maxOpenOrders: 3, referencePrice: 0 });
    await writer.commit({ symbols: [halted] });
    expect(await records.readSymbols("main")).toContainEqual(halted);
    expect(await reads.reserveSymbolNumber(spec.name)).toBe(spec.symbol);
  });

  it("refuses to change the steps of a symbol, and writes nothing", async () => {
    const before = await countAll();
    const change = writer.commit({
      symbols: [aSymbol({ symbol: 1, name: "BTC/USDT" })],
      entered: [anOrder()],
    });
    await expect(change).rejects.toBeInstanceOf(RejectedError);
    expect(await countAll()).toEqual(before);
  });

  it("leaves out an order for a pair that there is not, and writes the rest", async () => {
    const unknown = anOrder({ symbol: 60_000, status: OrderStatus.Rejected, code: Code.UNKNOWN_SYMBOL });
    const known = anOrder();
    await writer.commit({ entered: [unknown, known] });
    expect(await reads.order(known.state.orderId)).toEqual(known);
    expect(await reads.order(unknown.state.orderId)).toBeNull();
  });

  it.each([
    ["an older epoch", { epoch: -1 }],
    ["another sequence", { expectedSequence: 1 }],
    ["another hash", { expectedHash: new Uint8Array(32).fill(9) }],
  ])("with %s than the group's row is fenced and writes nothing", async (_, difference) => {
    await writer.commit({ entered: [anOrder()] });
    const before = await countAll();
    const good = writer.batch({
      entered: [anOrder()],
      trades: [aTrade(anOrder(), anOrder())],
      symbols: [aSymbol({ symbol: 501, name: "NEW/USDT" })],
    });
    const epoch = good.epoch + ("epoch" in difference ? difference.epoch : 0);
    const expectedSequence =
      good.expectedSequence + ("expectedSequence" in difference ? difference.expectedSequence : 0);
    const expectedHash = "expectedHash" in difference ? difference.expectedHash : good.expectedHash;
    const journal = { ...good.journal, epoch, firstSequence: expectedSequence + 1 };
    const commit = records.commit({ ...good, epoch, expectedSequence, expectedHash, journal });
    await expect(commit).rejects.toBeInstanceOf(FencedError);
    expect(await countAll()).toEqual(before);
  });

  it("of an engine whose epoch was taken is fenced, though it was under way before", async () => {
    await writer.commit({ entered: [anOrder()] });
    const other = openEngineRecords({ url: database.url });
    const successor = await HistoryWriter.open(other);
    expect(successor.epoch).toBe(writer.epoch + 1);
    expect(successor.lastSequence).toBe(writer.lastSequence);
    await expect(writer.commit({ entered: [anOrder()] })).rejects.toBeInstanceOf(FencedError);
    await successor.commit({ entered: [anOrder()] });
    await other.close();
  });

  it("by two engines at once goes to one of them, every time", async () => {
    const other = openEngineRecords({ url: database.url });
    await other.nowMs();
    for (let round = 0; round < 20; round++) {
      const [one, two] = [writer.batch({ entered: [anOrder()] }), writer.batch({ entered: [anOrder()] })];
      const results = await Promise.allSettled([records.commit(one), other.commit(two)]);
      const won = results.findIndex(({ status }) => status === "fulfilled");
      expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const batch = won === 0 ? one : two;
      const loser = won === 0 ? two : one;
      expect(await reads.order(batch.entered[0]!.state.orderId)).not.toBeNull();
      expect(await reads.order(loser.entered[0]!.state.orderId)).toBeNull();
      writer.lastSequence = batch.journal.lastSequence;
      writer.hash = batch.journal.hash;
    }
    await other.close();
  });

  it.each([
    ["a trade that is there already", "trade"],
    ["an ended order that never was", "ended"],
    ["a changed order that never was", "changed"],
    ["an order that is there already", "entered"],
  ])("with %s writes nothing at all, is told as refused, and its connection goes on", async (_, fault) => {
    const [known, trade] = [anOrder(), aTrade(anOrder(), anOrder())];
    await writer.commit({ entered: [known], trades: [trade] });
    const before = await countAll();
    const commit = writer.commit({
      entered: [anOrder(), ...(fault === "entered" ? [known] : [])],
      changed: fault === "changed" ? [anOrder()] : [],
      ended: fault === "ended" ? [anOrder({ status: OrderStatus.Expired })] : [],
      trades: fault === "trade" ? [trade] : [aTrade(anOrder(), anOrder())],
    });
    await expect(commit).rejects.toBeInstanceOf(RejectedError);
    expect(await countAll()).toEqual(before);
    expect((await records.readGroup("main")).lastSequence).toBe(writer.lastSequence);
    await writer.commit({ entered: [anOrder()] });
  });

  it("whose session is killed is reported as unavailable, as is everything after it", async () => {
    const blocker = await sql.reserve();
    await blocker`begin`;
    await blocker`select from engine_groups where symbol_group = 'main' for update`;
    const commit = writer.commit({ entered: [anOrder()] });
    const outcome = expect(commit).rejects.toBeInstanceOf(UnavailableError);
    await killBlockedEngine();
    await outcome;
    await blocker`rollback`;
    blocker.release();
    await expect(records.nowMs()).rejects.toBeInstanceOf(UnavailableError);
  });

  it("that takes longer than the limit is reported as unavailable", async () => {
    const impatient = openEngineRecords({ url: database.url, timeoutMs: 300 });
    await impatient.nowMs();
    const blocker = await sql.reserve();
    await blocker`begin`;
    await blocker`select from engine_groups where symbol_group = 'main' for update`;
    await expect(impatient.commit(writer.batch({}))).rejects.toBeInstanceOf(UnavailableError);
    await blocker`rollback`;
    blocker.release();
    await impatient.close();
  });
});

async function statusesOf(orderId: string): Promise<{ orders: number; kept?: string; open?: string }> {
  const kept = await sql<{ status: string }[]>`select status from orders where order_id = ${orderId}`;
  const open = await sql<{ status: string }[]>`select status from open_orders where order_id = ${orderId}`;
  return { orders: kept.length, kept: kept[0]?.status, open: open[0]?.status } as never;
}

async function countAll(): Promise<unknown> {
  const [row] = await sql`
    select (select count(*) from orders) as orders, (select count(*) from open_orders) as open_orders,
           (select count(*) from trades) as trades, (select count(*) from journal) as journal,
           (select count(*) from symbols) as symbols, (select count(*) from symbol_numbers) as numbers,
           (select count(*) from stop_orders_watchlist) as watched,
           (select encode(hash, 'hex') || last_sequence from engine_groups where symbol_group = 'main') as place`;
  return row;
}

/** Waits until the engine's session waits for a lock, then ends it. */
async function killBlockedEngine(): Promise<void> {
  await expect
    .poll(
      () => sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'trade-engine engine' and wait_event_type = 'Lock'`,
      { timeout: 5_000, interval: 10 },
    )
    .toHaveLength(1);
}
