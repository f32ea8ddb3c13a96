import process from "node:process";
import { PostgresAdminAudit } from "../db/admin-audit.ts";
import { PostgresApiKeyStore } from "../db/api-key-store.ts";
import { ApiPool } from "../db/api-pool.ts";
import { PostgresApiReads } from "../db/api-reads.ts";
import { PostgresCandleReads } from "../db/candle-reads.ts";
import { readDatabaseTime } from "../db/database-time.ts";
import { PostgresIdempotencyStore } from "../db/idempotency-store.ts";
import { PostgresOwnOrdersReads } from "../db/own-orders-reads.ts";
import { partitionCheck } from "../db/partition-health.ts";
import { authority } from "../infra/config/authority.ts";
import { loadConfigOrExit } from "../infra/config/load.ts";
import { RabbitCommandPublisher } from "../infra/rabbitmq/command-publisher.ts";
import { RedisCommittedStream } from "../infra/redis/committed-rows.ts";
import { RedisMarketDataReader } from "../infra/redis/market-data-reader.ts";
import { RedisMarketDataStream } from "../infra/redis/market-data-stream.ts";
import { RedisNonces } from "../infra/redis/nonces.ts";
import { RedisRateCounter } from "../infra/redis/rate-counter.ts";
import { systemClock } from "../infra/system-time.ts";
import { measureApi } from "../infra/telemetry/api-metrics.ts";
import { observeRabbit, observeRedis } from "../infra/telemetry/connection-metrics.ts";
import { createLogger } from "../infra/telemetry/logger.ts";
import { countMaintenance } from "../infra/telemetry/maintenance-metrics.ts";
import { Metrics } from "../infra/telemetry/metrics.ts";
import { serveMetrics } from "../infra/telemetry/metrics-server.ts";
import { measureProcess } from "../infra/telemetry/process-metrics.ts";
import { startTracing } from "../infra/telemetry/tracing.ts";
import packageJson from "../package.json" with { type: "json" };
import { replayableMs } from "./auth/nonces.ts";
import { composeApi } from "./compose.ts";
import { FaultLog } from "./fault-log.ts";
import { GroupReach } from "./group-reach.ts";
import { SharedRates } from "./limits/shared-rates.ts";
import { PortTakenError, serve } from "./serve.ts";
import { serveWebSockets } from "./stream/serve-web-sockets.ts";

/**
 * Program: one API process, against given PostgreSQL, Redis and RabbitMQ. Stateless: any number of
 * them, started and ended at will. SIGTERM and SIGINT let what was accepted finish.
 */

const PURGE_KEYS_EVERY_MS = 10 * 60_000;

const config = loadConfigOrExit();
const logger = createLogger({ program: "api", ...config.log });
const { database, redis, rabbitmq, server } = config;
let stopping = false;

const metrics = new Metrics("api");
measureProcess(metrics, "api", packageJson.version);
const tracing = await startTracing(config.telemetry, {
  name: "trade-engine api",
  version: packageJson.version,
});

const pool = new ApiPool({
  url: database.url,
  maxConnections: database.poolSize,
  prepare: !database.isTransactionPool,
  tls: database.tls,
});
const publisher = new RabbitCommandPublisher({
  url: rabbitmq.url,
  confirmTimeoutMs: server.confirmTimeoutMs,
  ...authority(rabbitmq.certificateAuthority),
  observe: observeRabbit(logger, metrics),
});
const cache = {
  url: redis.url,
  keyPrefix: redis.keyPrefix,
  ...authority(redis.certificateAuthority),
  observe: observeRedis(logger, metrics),
};
const marketData = new RedisMarketDataReader(cache);
const updates = new RedisMarketDataStream(cache);
const committed = new RedisCommittedStream(cache);
const reads = new PostgresApiReads(pool);
const idempotency = new PostgresIdempotencyStore(pool);
const rates = new RedisRateCounter(cache);
const nonces = new RedisNonces({ ...cache, keptMs: replayableMs(config.auth.signatureWindowMs) });
const groups = new GroupReach(publisher, async () => (await reads.listSymbols()).map(({ group }) => group));

const candles = new PostgresCandleReads(pool);

const { app, dispatcher, stream } = composeApi({
  config,
  version: packageJson.version,
  clock: systemClock,
  logger,
  publisher,
  reads,
  idempotency,
  marketData,
  streamSources: {
    updates,
    committed,
    ownOrders: new PostgresOwnOrdersReads(pool),
    trades: (symbol, limit) => reads.recentTrades(symbol, limit),
    candles: (query) => candles.candles(query),
  },
  access: {
    apiKeys: new PostgresApiKeyStore(pool),
    nonces,
    rates: new SharedRates({
      take: new FaultLog(logger, "shared rates").watching((takings) => rates.take(takings)),
    }),
    adminAudit: new PostgresAdminAudit(pool),
  },
  checks: [
    { name: "database", check: async () => (await pool.read("select 1")).length === 1 },
    { name: "redis", check: async () => marketData.healthy() },
    { name: "rabbitmq", check: async () => publisher.healthy() && (await groups.reachesAll()) },
    { name: "stopping", check: async () => !stopping, quiet: true },
    {
      name: "partitions",
      check: partitionCheck((statement) => pool.read(statement), systemClock.nowMs),
      quiet: true,
      harmless: true,
    },
  ],
  databaseNowMs: () => readDatabaseTime(pool),
  loopbackOnly: false,
  observer: measureApi(metrics, () => ({ pendingCommands: () => dispatcher.pending })),
  tracer: tracing?.api ?? null,
});

const purge = setInterval(() => {
  idempotency.purge().then(
    () => countMaintenance(metrics, "ok"),
    () => {
      countMaintenance(metrics, "failed");
      logger.warn({}, "old idempotency keys could not be removed");
    },
  );
}, PURGE_KEYS_EVERY_MS);

const listening = await serve({
  hostname: server.host,
  port: server.httpPort,
  fetch: (request, peer) => app.fetch(request, peer),
  readTimeoutMs: server.readTimeoutMs,
  writeTimeoutMs: server.writeTimeoutMs,
  idleTimeoutMs: config.stream.idleTimeoutMs,
}).catch((error: unknown) => {
  if (!(error instanceof PortTakenError)) throw error;
  process.stderr.write(`${error.message}: set server.http_port (SERVER_HTTP_PORT) to another\n`);
  process.exit(1);
});
logger.info({ host: server.host, port: listening.port }, "listening");
const webSocketListening = await serveWebSockets(config, (request, peer) => app.fetch(request, peer), logger);
const metricsServer = await serveMetrics(metrics, config.telemetry, logger);

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ signal }, "stopping");
  clearInterval(purge);
  await new Promise((resolve) => setTimeout(resolve, server.drainDelayMs));
  const finished = stream
    .close()
    .then(() =>
      Promise.all([
        listening.close(),
        webSocketListening?.close(),
        dispatcher.drain(server.shutdownTimeoutMs),
      ]),
    );
  const timeout = new Promise((resolve) => setTimeout(resolve, server.shutdownTimeoutMs));
  await Promise.race([finished, timeout]);
  await Promise.allSettled([metricsServer?.close(), tracing?.close()]);
  await Promise.allSettled([
    publisher.close(),
    marketData.close(),
    updates.close(),
    committed.close(),
    rates.close(),
    nonces.close(),
    pool.close(),
  ]);
  logger.info({}, "stopped");
  process.exit(0);
}

process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
