import { randomBytes } from "node:crypto";
import { connect } from "amqplib";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../db/migrator.ts";
import { startNewTimeline } from "../../db/new-timeline.ts";
import { Code } from "../../engine/core/codes.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import { EXIT_CODES } from "../../engine/exit-codes.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { decodeReply } from "../../engine/wire/reply.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { auditRecords } from "../../infra/tools/audit/audit.ts";
import { createTestVhost, type TestVhost } from "../support/broker.ts";
import { createTestRedis, type TestRedis } from "../support/cache.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { CommandMaker, message, type Sent } from "../support/engine/commands.ts";
import { type EngineProcess, endOfProcess, startEngineProcess } from "../support/engine/engine-program.ts";

const DEADLINE_MS = 30_000;
const PRICE = 5_000_000;

let broker: TestVhost;
let redis: TestRedis;
let database: TestDatabase;
let restoredUrl: string;
let group: string;
let publisher: RabbitCommandPublisher;
const outcomes = new Map<string, Outcome>();
const events: { timeline: string; sequence: number; firstSequence: number }[] = [];
const commands = new CommandMaker(() => Date.now());
const running: EngineProcess[] = [];

beforeAll(async () => {
  [broker, redis, database] = await Promise.all([createTestVhost(), createTestRedis(), createTestDatabase()]);
  await migrate(database.url);
  group = `group-${randomBytes(4).toString("hex")}`;
  await asOwner(database.url, (sql) => sql`update symbols set symbol_group = ${group}`);
  publisher = new RabbitCommandPublisher({ url: broker.url });
  publisher.onReply((bytes) => {
    for (const outcome of decodeReply(bytes)) outcomes.set(outcome.commandId, outcome);
  });
  await publisher.waitUntilHealthy(10_000);
});

afterAll(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ child }) => endOfProcess(child)));
  await publisher.close();
  await Promise.all([broker.drop(), redis.drop()]);
  await asOwner(database.url, (sql) =>
    sql.unsafe(`drop database if exists ${new URL(restoredUrl).pathname.slice(1)} with (force)`),
  );
  await database.drop();
});

async function asOwner<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What a restore gives: a copy of the database as it is now, under another name. */
async function backUp(): Promise<string> {
  const own = new URL(database.url);
  const name = `${own.pathname.slice(1)}_restored`;
  const administration = new URL(database.url);
  administration.pathname = "/postgres";
  await asOwner(administration.href, (sql) =>
    sql.unsafe(`create database ${name} template ${own.pathname.slice(1)}`),
  );
  own.pathname = `/${name}`;
  return own.href;
}

async function startOn(url: string): Promise<EngineProcess> {
  const engine = startEngineProcess({
    TRADE_ENGINE_DATABASE_URL: url,
    TRADE_ENGINE_REDIS_URL: redis.url,
    TRADE_ENGINE_RABBITMQ_URL: broker.url,
    TRADE_ENGINE_ENGINE_SYMBOL_GROUP: group,
  });
  running.push(engine);
  await waitFor("an active engine", DEADLINE_MS, () =>
    engine.lines.some(({ state }) => state === "active") ? true : undefined,
  );
  return engine;
}

async function stop(engine: EngineProcess): Promise<void> {
  engine.child.kill("SIGTERM");
  expect(await endOfProcess(engine.child)).toBe(0);
}

function places(count: number): Sent[] {
  return Array.from({ length: count }, () => commands.place({ price: PRICE, quantity: 100_000 }));
}

function publish(sent: readonly Sent[], resent = false): Promise<void> {
  return publisher.publish(group, message(sent, { replyAddress: publisher.replyAddress, resent }));
}

function answered(sent: readonly Sent[]): Promise<true> {
  return waitFor("answers", DEADLINE_MS, () =>
    sent.every(({ id }) => outcomes.has(id)) ? (true as const) : undefined,
  );
}

async function watchEvents(): Promise<() => Promise<void>> {
  const model = await connect(broker.url);
  const channel = await model.createChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true });
  await channel.bindQueue(queue, "events", "orders.#");
  await channel.consume(
    queue,
    (delivery) => {
      if (delivery !== null) events.push(JSON.parse(delivery.content.toString()));
    },
    { noAck: true },
  );
  return () => model.close();
}

describe("a database restored from a backup", { timeout: 120_000 }, () => {
  it("goes on as a new timeline: nothing of the lost future is believed, what waits on the queue takes effect once", async () => {
    const kept = places(20);
    const first = await startOn(database.url);
    const stopWatching = await watchEvents();
    await publish(kept);
    await answered(kept);
    await stop(first);
    restoredUrl = await backUp();

    // The future that is lost: snapshots and book caches in Redis are ahead of the backup afterwards.
    const lost = places(10);
    const later = await startOn(database.url);
    await publish(lost);
    await answered(lost);
    await stop(later);
    const waiting = commands.place({ price: PRICE, quantity: 100_000 });
    const cancelOfLost = commands.cancel(lost[0]?.id ?? "");
    const again = lost[1] as Sent;
    await publish([waiting, cancelOfLost]);
    await publish([again], true);
    outcomes.clear();
    const heardBefore = events.length;

    const [renewed] = await asOwner(restoredUrl, startNewTimeline);
    expect(renewed).toMatchObject({ group, epoch: 2 });
    expect(renewed?.timeline).not.toBe(renewed?.previousTimeline);
    const end = renewed?.lastSequence ?? 0;
    const engine = await startOn(restoredUrl);
    const recovered = engine.lines.find(({ msg }) => msg === "recovered");
    expect(recovered).toMatchObject({ source: "postgres", snapshotSequence: end, lastSequence: end });
    const passedOver = engine.lines.filter(({ msg }) => msg === "snapshot passed over");
    expect(passedOver[0]).toMatchObject({ store: "redis", reason: "it is of another timeline" });

    await answered([waiting, cancelOfLost, again]);
    expect(outcomes.get(waiting.id)).toMatchObject({ sequence: end + 1, code: Code.NONE });
    expect(outcomes.get(cancelOfLost.id)).toMatchObject({ sequence: end + 2, code: Code.ORDER_NOT_OPEN });
    expect(outcomes.get(again.id)?.orders[0]?.status).toBe(OrderStatus.Open);
    await asOwner(restoredUrl, async (sql) => {
      const [row] = await sql`select count(*)::int as open from open_orders`;
      expect(row).toMatchObject({ open: kept.length + 2 });
    });

    const reader = new RedisMarketDataReader({ url: redis.url });
    const depth = await waitFor("the book of the new timeline", DEADLINE_MS, async () => {
      const book = await reader.depth(1, 10);
      return book?.timeline === renewed?.timeline ? book : undefined;
    });
    expect(depth?.bids).toEqual([
      { price: PRICE, quantity: 100_000 * (kept.length + 2), orders: kept.length + 2 },
    ]);
    await reader.close();

    await waitFor("events of the new timeline", DEADLINE_MS, () =>
      events.slice(heardBefore).some(({ sequence }) => sequence >= end + 3) ? true : undefined,
    );
    const heard = events.slice(heardBefore);
    expect(new Set(heard.map(({ timeline }) => timeline))).toEqual(new Set([renewed?.timeline]));
    expect(heard[0]?.firstSequence).toBe(end + 1);

    // Once more, beside an engine that knows nothing of it.
    await asOwner(restoredUrl, startNewTimeline);
    const unknowing = places(1);
    await publish(unknowing);
    expect(await endOfProcess(engine.child)).toBe(EXIT_CODES.fenced);
    const last = await startOn(restoredUrl);
    await answered(unknowing);
    await stop(last);
    expect((await auditRecords({ url: restoredUrl, symbol: null })).findings).toEqual([]);
    await stopWatching();
  });
});
