import { randomBytes } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openEngineRecords } from "../../db/engine-records.ts";
import { migrate } from "../../db/migrator.ts";
import { createPostgresSnapshotStore } from "../../db/snapshot-store.ts";
import { OrderStatus, Side } from "../../engine/core/terms.ts";
import { EXIT_CODES } from "../../engine/exit-codes.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { EngineRecords, SnapshotStore } from "../../engine/ports.ts";
import { newestCopy, replayJournal } from "../../engine/recovery.ts";
import { decodeReply } from "../../engine/wire/reply.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { systemClock, systemTimers } from "../../infra/system-time.ts";
import { createTestVhost, type TestVhost } from "../support/broker.ts";
import { createTestRedis, type TestRedis } from "../support/cache.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { CommandMaker, message, type Sent } from "../support/engine/commands.ts";
import { type EngineProcess, endOfProcess, startEngineProcess } from "../support/engine/engine-program.ts";
import { recordingObserver } from "../support/engine/harness.ts";

const DEADLINE_MS = 30_000;

let database: TestDatabase;
let broker: TestVhost;
let redis: TestRedis;
let sql: Sql;
let group: string;
let publisher: RabbitCommandPublisher;
let outcomes: Map<string, Outcome[]>;
let running: EngineProcess[] = [];
const commands = new CommandMaker(() => Date.now());

beforeAll(async () => {
  [broker, redis] = await Promise.all([createTestVhost(), createTestRedis()]);
});

afterAll(async () => {
  await Promise.all([broker.drop(), redis.drop()]);
});

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  // A group of its own: the broker may be one that others use too.
  group = `group-${randomBytes(4).toString("hex")}`;
  await sql`update symbols set symbol_group = ${group}`;
  publisher = new RabbitCommandPublisher({ url: broker.url });
  outcomes = new Map();
  publisher.onReply((bytes) => {
    for (const outcome of decodeReply(bytes)) {
      outcomes.set(outcome.commandId, [...(outcomes.get(outcome.commandId) ?? []), outcome]);
    }
  });
  await publisher.waitUntilHealthy(10_000);
});

afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ child }) => endOfProcess(child)));
  running = [];
  await publisher.close();
  await sql.end({ timeout: 1 });
  await database.drop();
});

function start(environment: Record<string, string> = {}): EngineProcess {
  const engine = startEngineProcess({
    TRADE_ENGINE_DATABASE_URL: database.url,
    TRADE_ENGINE_REDIS_URL: redis.url,
    TRADE_ENGINE_RABBITMQ_URL: broker.url,
    TRADE_ENGINE_ENGINE_SYMBOL_GROUP: group,
    ...environment,
  });
  running.push(engine);
  return engine;
}

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(
        `not in time: ${what}\n${running.map(({ lines }) => JSON.stringify(lines.slice(-8))).join("\n")}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function reaches(engine: EngineProcess, state: string): Promise<void> {
  return eventually(() => engine.lines.some((line) => line["state"] === state), `engine ${state}`);
}

async function publish(sent: readonly Sent[], options: { resent?: boolean } = {}): Promise<void> {
  await publisher.publish(group, message(sent, { replyAddress: publisher.replyAddress, ...options }));
}

function answered(sent: readonly Sent[]): Promise<void> {
  return eventually(() => sent.every(({ id }) => outcomes.has(id)), "answers");
}

function answerTo(sent: Sent): Outcome {
  const [outcome] = outcomes.get(sent.id) ?? [];
  if (outcome === undefined) throw new Error(`no answer to ${sent.id}`);
  return outcome;
}

/** The books as the journal alone gives them, and as the newest snapshot with its tail does. */
async function rebuiltHashes(): Promise<{
  fromJournal: string;
  fromSnapshot: string;
  snapshotSequence: number;
}> {
  const records = openEngineRecords({ url: database.url });
  try {
    const [fromJournal] = await rebuilt(records, []);
    const [fromSnapshot, snapshotSequence] = await rebuilt(records, [createPostgresSnapshotStore(sql)]);
    return { fromJournal, fromSnapshot, snapshotSequence };
  } finally {
    await records.close();
  }
}

async function rebuilt(records: EngineRecords, snapshotStores: SnapshotStore[]): Promise<[string, number]> {
  const ports = {
    records,
    snapshotStores,
    clock: systemClock,
    timers: systemTimers,
    observer: recordingObserver([]),
  };
  const state = await records.readGroup(group);
  const copy = await newestCopy(ports, state);
  await replayJournal(ports, group, copy.replay, state.lastSequence);
  expect(Buffer.from(copy.replay.hash)).toEqual(Buffer.from(state.hash));
  return [String(copy.replay.history.core.stateHash()), copy.snapshotSequence];
}

describe("engine processes against PostgreSQL, Redis and RabbitMQ", { timeout: 60_000 }, () => {
  it("match what is on the queue, keep it, answer it and show it", async () => {
    const engine = start();
    await reaches(engine, "active");
    const sell = commands.place({ side: Side.Sell, userId: "bob", price: 5_000_000, quantity: 400_000 });
    const buy = commands.place({ side: Side.Buy, price: 5_000_100, quantity: 1_000_000 });
    await publish([sell, buy]);
    await answered([sell, buy]);
    expect(answerTo(buy)).toMatchObject({ code: 0, trades: [{ price: 5_000_000, quantity: 400_000 }] });
    const rows = await sql`select order_id, status from orders order by sequence, order_id`;
    expect(rows.map(({ order_id, status }) => [order_id, status])).toEqual(
      expect.arrayContaining([
        [sell.id, "FILLED"],
        [buy.id, "PARTIALLY_FILLED"],
      ]),
    );
    const [trade] = await sql`select trade_id from trades`;
    expect(trade?.["trade_id"]).toBe(answerTo(buy).trades[0]?.tradeId);
    const reader = new RedisMarketDataReader({ url: redis.url });
    const { symbol } = answerTo(buy).orders[0] ?? { symbol: 0 };
    await eventually(async () => {
      const depth = await reader.depth(symbol, 10).catch(() => null);
      return depth?.bids[0]?.quantity === 600_000 && depth.asks.length === 0;
    }, "depth");
    await reader.close();
    await eventually(async () => {
      const [row] =
        await sql`select last_sequence, published_sequence from engine_groups where symbol_group = ${group}`;
      return row !== undefined && row["last_sequence"] === row["published_sequence"];
    }, "events published");
  });

  it("after kill -9 everything is there: same state hash, same places in the queue", async () => {
    const engine = start();
    await reaches(engine, "active");
    const sells = Array.from({ length: 50 }, (_, index) =>
      commands.place({
        side: Side.Sell,
        userId: `seller-${index}`,
        price: 5_000_000,
        quantity: 100_000 + index,
      }),
    );
    for (const sell of sells) await publish([sell]);
    await answered(sells);
    engine.child.kill("SIGKILL");
    await endOfProcess(engine.child);
    const before = await rebuiltHashes();
    const next = start();
    await reaches(next, "active");
    const taker = commands.place({ price: 5_000_000, quantity: 500_000 });
    await publish([sells[0] as Sent, taker], { resent: true });
    await answered([taker]);
    await eventually(
      () => (outcomes.get(sells[0]?.id ?? "")?.length ?? 0) === 2,
      "the repeated command's answer",
    );
    expect(outcomes.get(sells[0]?.id ?? "")?.[1]).toEqual(outcomes.get(sells[0]?.id ?? "")?.[0]);
    expect(
      answerTo(taker)
        .orders.slice(1)
        .map(({ orderId }) => orderId),
    ).toEqual(sells.slice(0, 5).map(({ id }) => id));
    next.child.kill("SIGTERM");
    expect(await endOfProcess(next.child)).toBe(0);
    const after = await rebuiltHashes();
    expect(after.fromSnapshot).toBe(after.fromJournal);
    expect(after.snapshotSequence).toBeGreaterThan(50);
    expect(after.fromJournal).not.toBe(before.fromJournal);
  });

  it("under kill -9 of whichever is active, every confirmed command takes effect once", async () => {
    start();
    start();
    await eventually(
      () => running.some(({ lines }) => lines.some((line) => line["state"] === "active")),
      "active",
    );
    const sent: Sent[] = [];
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 40; count++) {
        const place = commands.place({ price: 5_000_000 + count, quantity: 100_000 });
        sent.push(place);
        await publish([place]);
      }
      const active = running.find(
        ({ child, lines }) => child.signalCode === null && lines.some((line) => line["state"] === "active"),
      );
      active?.child.kill("SIGKILL");
      start();
    }
    await eventually(async () => {
      const [row] = await sql`select count(*)::int as open from open_orders`;
      return row?.["open"] === sent.length;
    }, "every order open");
    await answeredOrKilled(sent);
    const [row] = await sql`
      select count(distinct sequence)::int as sequences, count(*)::int as orders from orders where status = ${"OPEN"}`;
    expect(row).toMatchObject({ sequences: sent.length, orders: sent.length });
    const { fromJournal, fromSnapshot } = await rebuiltHashes();
    expect(fromSnapshot).toBe(fromJournal);
  });

  it("one that freezes is replaced, and finds out before it tells anyone anything", {
    timeout: 90_000,
  }, async () => {
    const frozen = start();
    await reaches(frozen, "active");
    const next = start();
    await reaches(next, "waiting");
    const before = Array.from({ length: 10 }, () => commands.place({ price: 4_000_000, quantity: 100_000 }));
    for (const place of before) await publish([place]);
    await answered(before);
    frozen.child.kill("SIGSTOP");
    const after = Array.from({ length: 10 }, () => commands.place({ price: 4_000_000, quantity: 100_000 }));
    for (const place of after) await publish([place]);
    // The broker gives it up when its heartbeats have been missing for 4 to 6 seconds.
    await reaches(next, "active");
    await answered(after);
    const answers = after.map((place) => answerTo(place));
    frozen.child.kill("SIGCONT");
    // Fenced by the records, or told by the broker that it is no consumer any more: whichever it hears first.
    expect([EXIT_CODES.fenced, EXIT_CODES["consumer-lost"]]).toContain(await endOfProcess(frozen.child));
    expect(after.map(({ id }) => outcomes.get(id))).toEqual(answers.map((answer) => [answer]));
    const [row] = await sql`select count(*)::int as open from open_orders`;
    expect(row).toMatchObject({ open: 20 });
    const { fromJournal, fromSnapshot } = await rebuiltHashes();
    expect(fromSnapshot).toBe(fromJournal);
  });

  it("back off, unsubscribed, while PostgreSQL cannot be reached", async () => {
    const engine = start({ TRADE_ENGINE_DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" });
    await eventually(
      () => engine.lines.filter((line) => line["msg"] === "cannot start, tries again").length >= 2,
      "two tries",
    );
    expect(engine.lines.some((line) => line["state"] === "waiting")).toBe(false);
    engine.child.kill("SIGTERM");
    expect(await endOfProcess(engine.child)).toBe(0);
  });
});

/** Answers may be lost with the engine that would have sent them; a repetition gets them all. */
async function answeredOrKilled(sent: readonly Sent[]): Promise<void> {
  const missing = sent.filter(({ id }) => !outcomes.has(id));
  if (missing.length > 0) await publish(missing, { resent: true });
  await answered(sent);
  for (const place of sent) expect(answerTo(place)).toMatchObject({ orders: [{ status: OrderStatus.Open }] });
}
