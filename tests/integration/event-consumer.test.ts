import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composeApi } from "../../api/compose.ts";
import type { App } from "../../api/context.ts";
import { type EventMessage, eventSchema } from "../../api/schemas/events.ts";
import { ApiPool } from "../../db/api-pool.ts";
import { PostgresApiReads } from "../../db/api-reads.ts";
import { readDatabaseTime } from "../../db/database-time.ts";
import { PostgresIdempotencyStore } from "../../db/idempotency-store.ts";
import { migrate } from "../../db/migrator.ts";
import { DEFAULT_ENGINE_SETTINGS } from "../../engine/engine-ports.ts";
import type { OutboundEvent } from "../../engine/ports.ts";
import { TICK_MESSAGE } from "../../engine/wire/message.ts";
import { consume } from "../../examples/consumer/consume.ts";
import { Ledger, type Worked } from "../../examples/consumer/ledger.ts";
import { loadConfig } from "../../infra/config/load.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { type EmbeddedEngine, startEmbeddedEngine } from "../../infra/embedded/engine.ts";
import { EmbeddedEventPublisher } from "../../infra/embedded/event-publisher.ts";
import { EmbeddedMarketData } from "../../infra/embedded/market-data.ts";
import { EmbeddedQueue } from "../../infra/embedded/queue.ts";
import { RabbitEventPublisher } from "../../infra/rabbitmq/event-publisher.ts";
import { topologyNames } from "../../infra/rabbitmq/topology.ts";
import { systemClock } from "../../infra/system-time.ts";
import { createLogger } from "../../infra/telemetry/logger.ts";
import { accessOn } from "../support/api-access.ts";
import { quietSources } from "../support/api-app.ts";
import { createTestVhost, type TestVhost } from "../support/broker.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** Events of a real engine, held against the document's schemas and read by the example consumer. */

let database: TestDatabase;
let vhost: TestVhost;
let pool: ApiPool;
let engine: EmbeddedEngine;
let app: App;
let close: () => Promise<void>;
const events: OutboundEvent[] = [];
const folder = mkdtempSync(join(tmpdir(), "ledger-"));

beforeAll(async () => {
  database = await createTestDatabase();
  vhost = await createTestVhost();
  await migrate(database.url);
  pool = new ApiPool({ url: database.url });
  const queue = new EmbeddedQueue({ url: database.url, tickBody: TICK_MESSAGE });
  const publisher = await queue.publisher();
  const bus = new EmbeddedEventPublisher();
  bus.subscribe("#", (event) => events.push(event));
  const marketData = new EmbeddedMarketData();
  const logger = createLogger({ program: "test", level: "fatal", format: "json" });
  engine = startEmbeddedEngine({
    url: database.url,
    settings: { ...DEFAULT_ENGINE_SETTINGS, group: "main" },
    consumer: () => queue.consumer("main"),
    events: bus,
    marketData,
    logger,
  });
  await engine.active;
  const config = loadConfig({ environment: {}, defaults: { "auth.dev_tokens": true } });
  ({ app } = composeApi({
    config,
    version: "test",
    clock: systemClock,
    logger,
    publisher,
    reads: new PostgresApiReads(pool),
    idempotency: new PostgresIdempotencyStore(pool),
    marketData,
    streamSources: quietSources(marketData),
    access: accessOn(pool, config.auth.signatureWindowMs),
    checks: [],
    databaseNowMs: () => readDatabaseTime(pool),
    loopbackOnly: false,
  }));
  close = () => publisher.close();
});

afterAll(async () => {
  await engine?.stop();
  await close?.();
  await pool?.close();
  await database?.drop();
  await vhost?.drop();
  rmSync(folder, { recursive: true });
});

async function place(user: string, order: object): Promise<void> {
  const response = await app.request("/api/v1/orders", {
    method: "POST",
    headers: { authorization: `Bearer dev:${user}`, "content-type": "application/json" },
    body: JSON.stringify({ symbol: "BTC/USDT", type: "LIMIT", ...order }),
  });
  expect(response.status).toBeLessThan(300);
}

test("every message is exactly what its schema says, and settlements count once each however they come", async () => {
  for (let price = 100; price < 110; price++)
    await place("seller", { side: "SELL", quantity: "1", price: `${price}.00` });
  await place("buyer", { side: "BUY", quantity: "4.5", price: "120.00" });
  await place("buyer", {
    side: "BUY",
    quantity: "2",
    price: "120.00",
    timeInForce: "IOC",
    selfTradePrevention: "NONE",
  });
  await place("seller", {
    side: "SELL",
    type: "STOP_LIMIT",
    quantity: "1",
    price: "90.00",
    stopPrice: "95.00",
  });
  await waitFor("all events", 10_000, () =>
    events.some(({ routingKey }) => routingKey === "orders.BTC-USDT.pending") ? true : undefined,
  );

  const kinds = new Set<string>();
  for (const { body, id } of events) {
    const message = JSON.parse(body) as EventMessage;
    // A field that the schema does not name would be missing from what it gives back.
    expect(eventSchema.parse(message)).toEqual(message);
    expect(message.id).toBe(id);
    kinds.add(message.type);
  }
  expect([...kinds].sort()).toEqual([
    "ORDER_FILLED",
    "ORDER_OPEN",
    "ORDER_PARTIALLY_FILLED",
    "ORDER_PENDING",
    "RESERVATION",
    "SETTLEMENT",
    "SYMBOL_STATUS",
    "TRADE",
  ]);

  const options = { url: vhost.url, prefix: vhost.prefix, newQueueSettleMs: 0 };
  const rabbit = new RabbitEventPublisher(options);
  await rabbit.waitUntilHealthy(10_000);
  const file = join(folder, "ledger.json");
  const worked: Worked[] = [];
  const read = () =>
    consume(vhost.url, topologyNames(vhost.prefix).eventQueue("settlements"), new Ledger(file), (what) =>
      worked.push(what),
    );
  const settlements = events.filter(({ routingKey }) => routingKey.startsWith("settlements."));
  const half = Math.ceil(settlements.length / 2);

  // A consumer that ends between, an engine that publishes again behind its cursor, and a message of before.
  await rabbit.publish(events.slice(0, events.indexOf(settlements[half - 1] as OutboundEvent) + 1));
  const first = await read();
  await waitFor("the first half", 10_000, () => (worked.length >= half ? true : undefined));
  await first.close();
  await rabbit.publish(events);
  await rabbit.publish(settlements);
  const later = JSON.parse(settlements.at(-1)?.body ?? "") as EventMessage;
  const restored = {
    ...later,
    id: "restored",
    timeline: "0192a000-0000-7000-8000-00000000000f",
    sequence: 3,
  };
  const odd = (event: object, id: string): OutboundEvent => ({
    id,
    routingKey: "settlements.BTC-USDT",
    body: JSON.stringify(event),
  });
  await rabbit.publish([odd({ ...later, id: "older", epoch: 0, sequence: later.sequence + 9 }, "older")]);
  await rabbit.publish([
    odd({ ...restored, entries: [] }, "restored"),
    odd({ ...later, sequence: later.sequence + 10 }, "late"),
  ]);
  const second = await read();
  await waitFor("the last of it", 10_000, () => (worked.at(-1) === "old timeline" ? true : undefined));
  await second.close();
  await rabbit.close();

  const counted = (what: Worked) => worked.filter((one) => one === what).length;
  expect(counted("done")).toBe(settlements.length + 1);
  // And what the broker brought again by itself when the first consumer ended.
  expect(counted("duplicate")).toBeGreaterThanOrEqual(half + settlements.length);
  expect([counted("old epoch"), counted("old timeline")]).toEqual([1, 1]);

  const ledger = new Ledger(file);
  // 1 each at 100 to 103, 0.5 + 0.5 at 104, 1 at 105, 0.5 at 106.
  expect(ledger.balance("buyer", "BTC")).toBe("6.5");
  expect(ledger.balance("seller", "BTC")).toBe("-6.5");
  expect(ledger.balance("buyer", "USDT")).toBe("-668");
  expect(ledger.balance("seller", "USDT")).toBe("668");
});
