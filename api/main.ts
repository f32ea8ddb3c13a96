import process from "node:process";
import { ApiPool } from "../db/api-pool.ts";
import { PostgresApiReads } from "../db/api-reads.ts";
import { readDatabaseTime } from "../db/database-time.ts";
import { PostgresIdempotencyStore } from "../db/idempotency-store.ts";
import { loadConfigOrExit } from "../infra/config/load.ts";
import { RabbitCommandPublisher } from "../infra/rabbitmq/command-publisher.ts";
import { RedisMarketDataReader } from "../infra/redis/market-data-reader.ts";
import { systemClock } from "../infra/system-time.ts";
import { createLogger } from "../infra/telemetry/logger.ts";
import packageJson from "../package.json" with { type: "json" };
import { composeApi } from "./compose.ts";
import { GroupReach } from "./group-reach.ts";
import { PortTakenError, serve } from "./serve.ts";

/**
 * Program: one API process, against given PostgreSQL, Redis and RabbitMQ. Stateless: any number of
 * them, started and ended at will. SIGTERM and SIGINT let what was accepted finish.
 */

const PURGE_KEYS_EVERY_MS = 10 * 60_000;

const config = loadConfigOrExit();
const logger = createLogger({ program: "api", ...config.log });
const { database, redis, rabbitmq, server } = config;

const pool = new ApiPool({
  url: database.url,
  maxConnections: database.poolSize,
  prepare: !database.isTransactionPool,
});
const publisher = new RabbitCommandPublisher({
  url: rabbitmq.url,
  confirmTimeoutMs: server.confirmTimeoutMs,
  observe: (event) => logger.info({ rabbitmq: event }, "connection changed"),
});
const marketData = new RedisMarketDataReader({
  url: redis.url,
  keyPrefix: redis.keyPrefix,
  observe: (event) => logger.info({ redis: event }, "connection changed"),
});
const reads = new PostgresApiReads(pool);
const idempotency = new PostgresIdempotencyStore(pool);
const groups = new GroupReach(publisher, async () => (await reads.listSymbols()).map(({ group }) => group));

const { app, dispatcher } = composeApi({
  config,
  version: packageJson.version,
  clock: systemClock,
  logger,
  publisher,
  reads,
  idempotency,
  marketData,
  checks: [
    { name: "database", check: async () => (await pool.read("select 1")).length === 1 },
    { name: "redis", check: async () => marketData.healthy() },
    { name: "rabbitmq", check: async () => publisher.healthy() && (await groups.reachesAll()) },
  ],
  databaseNowMs: () => readDatabaseTime(pool),
  loopbackOnly: false,
});

const purge = setInterval(() => {
  idempotency.purge().catch(() => logger.warn({}, "old idempotency keys could not be removed"));
}, PURGE_KEYS_EVERY_MS);

const listening = await serve({
  hostname: server.host,
  port: server.httpPort,
  fetch: (request, peer) => app.fetch(request, peer),
  readTimeoutMs: server.readTimeoutMs,
}).catch((error: unknown) => {
  if (!(error instanceof PortTakenError)) throw error;
  process.stderr.write(`${error.message}: set server.http_port (SERVER_HTTP_PORT) to another\n`);
  process.exit(1);
});
logger.info({ host: server.host, port: listening.port }, "listening");

let stopping = false;

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ signal }, "stopping");
  clearInterval(purge);
  const finished = Promise.all([listening.close(), dispatcher.drain(server.shutdownTimeoutMs)]);
  const timeout = new Promise((resolve) => setTimeout(resolve, server.shutdownTimeoutMs));
  await Promise.race([finished, timeout]);
  await Promise.allSettled([publisher.close(), marketData.close(), pool.close()]);
  logger.info({}, "stopped");
  process.exit(0);
}

process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
