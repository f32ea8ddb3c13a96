import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { composeApi } from "../../api/compose.ts";
import type { App } from "../../api/context.ts";
import { ApiPool } from "../../db/api-pool.ts";
import { PostgresApiReads } from "../../db/api-reads.ts";
import { readDatabaseTime } from "../../db/database-time.ts";
import { PostgresIdempotencyStore } from "../../db/idempotency-store.ts";
import { migrate } from "../../db/migrator.ts";
import { DEFAULT_ENGINE_SETTINGS } from "../../engine/engine-ports.ts";
import { type CommandPublisher, NotSentError, UncertainError } from "../../engine/ports.ts";
import { decodeCommandMessage, TICK_MESSAGE } from "../../engine/wire/message.ts";
import { loadConfig } from "../../infra/config/load.ts";
import { type EmbeddedEngine, startEmbeddedEngine } from "../../infra/embedded/engine.ts";
import { EmbeddedEventPublisher } from "../../infra/embedded/event-publisher.ts";
import { EmbeddedMarketData } from "../../infra/embedded/market-data.ts";
import { EmbeddedQueue } from "../../infra/embedded/queue.ts";
import { systemClock } from "../../infra/system-time.ts";
import { createLogger } from "../../infra/telemetry/logger.ts";
import { accessOn } from "../support/api-access.ts";
import { quietSources } from "../support/api-app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import type { Json } from "../support/http-caller.ts";

/**
 * What a client learns when nobody knows what became of a command, on real records and a real
 * engine that comes late: it may still execute, and asking again under its key does nothing twice.
 */

const logger = createLogger({ program: "test", level: "fatal", format: "json" });
const marketData = new EmbeddedMarketData();

let database: TestDatabase;
let pool: ApiPool;
let queue: EmbeddedQueue;
let publisher: CommandPublisher;
let app: App;
let engine: EmbeddedEngine | null = null;
/** Stands between the API and the queue. */
let link: (group: string, message: Uint8Array) => Promise<void>;
const sent: { readonly resent: boolean; readonly commands: number }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  pool = new ApiPool({ url: database.url });
  queue = new EmbeddedQueue({ url: database.url, tickBody: TICK_MESSAGE });
  publisher = await queue.publisher();
  const config = loadConfig({
    environment: {},
    defaults: {
      "auth.dev_tokens": true,
      "server.confirm_timeout": "300ms",
      "server.result_timeout": "300ms",
      "server.fresh_order_wait": "20ms",
    },
  });
  ({ app } = composeApi({
    config,
    version: "test",
    clock: systemClock,
    logger,
    publisher: {
      replyAddress: publisher.replyAddress,
      publish: (group, message) => {
        const decoded = decodeCommandMessage(message);
        sent.push({ resent: decoded?.resent === true, commands: decoded?.commands.length ?? 0 });
        return link(group, message);
      },
      onReply: (listener) => publisher.onReply(listener),
      healthy: () => publisher.healthy(),
      close: () => publisher.close(),
    },
    reads: new PostgresApiReads(pool),
    idempotency: new PostgresIdempotencyStore(pool),
    marketData,
    streamSources: quietSources(marketData),
    access: accessOn(pool, config.auth.signatureWindowMs),
    checks: [],
    databaseNowMs: () => readDatabaseTime(pool),
    loopbackOnly: false,
  }));
  // A group has its queue once an engine of it has been there.
  await startEngine();
  await engine?.stop();
});

afterEach(async () => {
  await engine?.stop();
  engine = null;
  sent.length = 0;
});

afterAll(async () => {
  await publisher?.close();
  await pool?.close();
  await database?.drop();
});

async function startEngine(): Promise<void> {
  engine = startEmbeddedEngine({
    url: database.url,
    settings: { ...DEFAULT_ENGINE_SETTINGS, group: "main" },
    consumer: () => queue.consumer("main"),
    events: new EmbeddedEventPublisher(),
    marketData,
    logger,
  });
  await engine.active;
}

const whole = (group: string, message: Uint8Array) => publisher.publish(group, message);

async function ask(method: string, path: string, user: string, body?: unknown, key?: string) {
  const headers: Record<string, string> = { authorization: `Bearer dev:${user}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key !== undefined) headers["idempotency-key"] = key;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await app.request(`/api/v1${path}`, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

const ORDER = { symbol: "BTC/USDT", side: "BUY", type: "LIMIT", quantity: "0.5", price: "100.00" };
const ordersOf = async (user: string) => (await ask("GET", "/orders", user)).body.orders;

test("an engine that does not answer: 202 PENDING with the id; asked again once it does: that order, once", async () => {
  link = whole;
  const first = await ask("POST", "/orders", "ann", ORDER, "late-engine");
  expect([first.status, first.body.status, first.body.quantity]).toEqual([202, "PENDING", "0.50000000"]);
  expect((await ask("GET", `/orders/${first.body.orderId}`, "ann")).headers.get("retry-after")).toBe("1");
  const still = await ask("POST", "/orders", "ann", ORDER, "late-engine");
  expect([still.status, still.body.orderId]).toEqual([202, first.body.orderId]);
  expect(sent).toEqual([
    { resent: false, commands: 1 },
    { resent: true, commands: 1 },
  ]);

  await startEngine();
  const answered = await ask("POST", "/orders", "ann", ORDER, "late-engine");
  expect([answered.status, answered.body.status, answered.body.orderId]).toEqual([
    201,
    "OPEN",
    first.body.orderId,
  ]);
  const replayed = await ask("POST", "/orders", "ann", ORDER, "late-engine");
  expect([replayed.body, replayed.headers.get("idempotency-replayed")]).toEqual([answered.body, "true"]);
  expect(await ordersOf("ann")).toHaveLength(1);
});

test("a message that certainly did not leave: 503 NOT_PLACED, and asking again places the order", async () => {
  link = () => Promise.reject(new NotSentError("away"));
  const lost = await ask("POST", "/orders", "bob", ORDER, "away");
  expect([lost.status, lost.body.code, lost.headers.get("retry-after")]).toEqual([503, "NOT_PLACED", "1"]);
  await startEngine();
  expect(await ordersOf("bob")).toEqual([]);
  link = whole;
  expect((await ask("POST", "/orders", "bob", ORDER, "away")).status).toBe(201);
  expect(await ordersOf("bob")).toHaveLength(1);
});

test("a message whose fate is unknown and that arrived: the order is told if the engine answers in time", async () => {
  await startEngine();
  link = async (group, message) => {
    await whole(group, message);
    throw new UncertainError("the confirm was lost");
  };
  expect((await ask("POST", "/orders", "cara", ORDER)).status).toBe(201);
  const acknowledged = await ask("POST", "/orders", "cara", { ...ORDER, responseType: "ACK" });
  expect([acknowledged.status, acknowledged.body.status]).toEqual([202, "PENDING"]);
});

test("a message whose fate is unknown and that was lost: 202, and asking again places the order once", async () => {
  await startEngine();
  link = () => Promise.reject(new UncertainError("cut off"));
  const first = await ask("POST", "/orders", "dora", ORDER, "cut-off");
  expect([first.status, first.body.status]).toEqual([202, "PENDING"]);
  link = whole;
  const second = await ask("POST", "/orders", "dora", ORDER, "cut-off");
  expect([second.status, second.body.orderId]).toEqual([201, first.body.orderId]);
  expect(await ordersOf("dora")).toHaveLength(1);
});

test("a batch of which nothing is known is asked again item by item, under the same ids", async () => {
  link = whole;
  const body = {
    orders: [ORDER, { ...ORDER, price: "100.001" }, { ...ORDER, side: "SELL", price: "200.00" }],
  };
  const first = await ask("POST", "/orders/batch", "eve", body, "batch");
  expect(first.body.results.map((result: Json) => result.status)).toEqual([202, 422, 202]);
  await startEngine();
  const second = await ask("POST", "/orders/batch", "eve", body, "batch");
  expect(second.body.results.map((result: Json) => result.status)).toEqual([201, 422, 201]);
  expect(second.body.results.map((result: Json) => result.order?.orderId)).toEqual(
    first.body.results.map((result: Json) => result.order?.orderId),
  );
  expect(await ordersOf("eve")).toHaveLength(2);
});

test("an uncertain cancel says which order it is about, and can be asked again", async () => {
  link = whole;
  await startEngine();
  const { orderId } = (await ask("POST", "/orders", "fay", ORDER)).body;
  await engine?.stop();
  const first = await ask("DELETE", `/orders/${orderId}`, "fay", undefined, "cancel");
  expect([first.status, first.body.status, first.body.orderId]).toEqual([202, "PENDING", orderId]);
  await startEngine();
  const second = await ask("DELETE", `/orders/${orderId}`, "fay", undefined, "cancel");
  expect([second.status, second.body.status, second.body.reason]).toEqual([
    200,
    "CANCELLED",
    "CANCELLED_BY_USER",
  ]);
});
