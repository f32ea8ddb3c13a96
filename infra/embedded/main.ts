import process from "node:process";
import postgres from "postgres";
import { MemoryNonces } from "../../api/auth/nonces.ts";
import { composeApi } from "../../api/compose.ts";
import { LocalRates } from "../../api/limits/local-rates.ts";
import { type HttpServer, type Peer, PortTakenError, serve } from "../../api/serve.ts";
import { serveWebSockets } from "../../api/stream/serve-web-sockets.ts";
import { PostgresAdminAudit } from "../../db/admin-audit.ts";
import { PostgresApiKeyStore } from "../../db/api-key-store.ts";
import { ApiPool } from "../../db/api-pool.ts";
import { PostgresApiReads } from "../../db/api-reads.ts";
import { PostgresCandleReads } from "../../db/candle-reads.ts";
import { readDatabaseTime } from "../../db/database-time.ts";
import { PostgresIdempotencyStore } from "../../db/idempotency-store.ts";
import { startMaintenance } from "../../db/maintenance-timer.ts";
import { migrate } from "../../db/migrator.ts";
import { PostgresOwnOrdersReads } from "../../db/own-orders-reads.ts";
import { partitionCheck } from "../../db/partition-health.ts";
import { DEFAULT_ENGINE_SETTINGS, type EngineEnd } from "../../engine/engine-ports.ts";
import { TICK_MESSAGE } from "../../engine/wire/message.ts";
import packageJson from "../../package.json" with { type: "json" };
import { loadConfigOrExit } from "../config/load.ts";
import { widenInliningBudget } from "../inlining-budget.ts";
import { systemClock } from "../system-time.ts";
import { measureApi } from "../telemetry/api-metrics.ts";
import { createLogger } from "../telemetry/logger.ts";
import { countMaintenance } from "../telemetry/maintenance-metrics.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { serveMetrics } from "../telemetry/metrics-server.ts";
import { measureProcess } from "../telemetry/process-metrics.ts";
import { startTracing } from "../telemetry/tracing.ts";
import { startEmbeddedEngine } from "./engine.ts";
import { EmbeddedEventPublisher } from "./event-publisher.ts";
import { EmbeddedMarketData } from "./market-data.ts";
import { DataDirectoryInUseError, type EmbeddedPostgres, startEmbeddedPostgres } from "./postgres.ts";
import { EmbeddedQueue } from "./queue.ts";
import { queueMessages } from "./queue-length.ts";
import { Shutdown } from "./shutdown.ts";
import { welcome } from "./welcome.ts";

/**
 * Program: the whole engine in one process, on a PostgreSQL of its own below the data folder. Queue
 * and books are in process, the queue as durable as a commit: `kill -9` loses nothing acknowledged.
 *
 * It starts in the order in which parts need each other, and stops in the other direction: no new
 * requests, what was accepted is finished, the engine leaves a snapshot, PostgreSQL ends.
 */

const MAINTENANCE_EVERY_MS = 10 * 60_000;
const FIRST_ACTIVE_WITHIN_MS = 60_000;

/** For one person on their own machine: whoever they say they are, as fast as they like. */
const OWN_DEFAULTS = {
  "auth.dev_tokens": true,
  "limits.orders": "off",
  "limits.cancels": "off",
  "limits.reads": "off",
  "limits.address": "off",
};

widenInliningBudget();
const startedAtMs = Date.now();
const config = loadConfigOrExit({ defaults: OWN_DEFAULTS, services: [] });
const logger = createLogger({ program: "trade-engine", ...config.log });

if (config.auth.devTokens && !isLoopback(config.server.host)) {
  logger.warn({ host: config.server.host }, "dev tokens are on: whoever reaches this address can be anybody");
}

const metrics = new Metrics("embedded");
measureProcess(metrics, "embedded", packageJson.version);
const tracing = await startTracing(config.telemetry, { name: "trade-engine", version: packageJson.version });

const shutdown = new Shutdown(
  () => logger.info({}, "stopping"),
  (err) => logger.error({ err }, "a step of the stop failed"),
);

// The port first: that it is taken is found out before anything else is begun.
let handle = (_request: Request, _peer: Peer): Response | Promise<Response> =>
  new Response("starting\n", { status: 503, headers: { "retry-after": "1" } });
const server: HttpServer = await serve({
  hostname: config.server.host,
  port: config.server.httpPort,
  fetch: (request, peer) => handle(request, peer),
  readTimeoutMs: config.server.readTimeoutMs,
  writeTimeoutMs: config.server.writeTimeoutMs,
}).catch((error: unknown): never => {
  if (!(error instanceof PortTakenError)) throw error;
  return end(1, `${error.message}: free it, or set SERVER_HTTP_PORT to another one`);
});

const database = await startDatabase(config.embedded.dataDirectory);
const { url } = database;
database.lost.then((cause) => {
  if (shutdown.isAsked) return;
  end(1, `PostgreSQL is gone (${cause.message}); start again, nothing acknowledged is lost`);
});
shutdown.after(async () => {
  await database.stop();
  logger.info({}, "stopped");
});
await shutdown.checkpoint();
await migrate(url, { log: (line) => logger.info({}, line) }).catch(async (err: unknown) => {
  logger.error({ err }, "the schema could not be brought up to date");
  await database.stop();
  end(1, "The database's schema could not be brought up to date: the log says why.");
});
const owner = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
shutdown.after(() => owner.end({ timeout: 1 }));
await shutdown.checkpoint();

const queue = new EmbeddedQueue({ url, tickBody: TICK_MESSAGE });
const publisher = await queue.publisher();
const events = new EmbeddedEventPublisher();
const marketData = new EmbeddedMarketData();
const pool = new ApiPool({ url, maxConnections: config.database.poolSize });
const idempotency = new PostgresIdempotencyStore(pool);
shutdown.after(() => Promise.allSettled([publisher.close(), events.close(), pool.close()]));

const maintenance = startMaintenance(owner, {
  everyMs: MAINTENANCE_EVERY_MS,
  also: () => idempotency.purge(),
  turned: ({ madeForStrays, dropped }) => {
    countMaintenance(metrics, "ok");
    if (madeForStrays.length + dropped.length > 0)
      logger.info({ madeForStrays, dropped }, "partitions maintained");
  },
  concerned: (partitions) => logger.warn({ partitions }, "partitions are to be looked at"),
  failed: (err) => {
    countMaintenance(metrics, "failed");
    logger.warn({ err }, "maintenance failed, tries again");
  },
});
await maintenance.first;
await shutdown.checkpoint();

const { symbolGroup, healthPort: _unused, ...timing } = config.engine;
const engines = [...new Set([symbolGroup, ...config.symbols.groups])].map((group) =>
  startEmbeddedEngine({
    url,
    settings: { ...DEFAULT_ENGINE_SETTINGS, ...timing, group },
    consumer: () => queue.consumer(group),
    events,
    marketData,
    logger: logger.child({ group }),
    telemetry: { metrics, tracing, queueMessages: (name) => queueMessages(owner, name) },
  }),
);

for (const engine of engines) void engine.ended.then(giveUp);
shutdown.after(() => Promise.allSettled(engines.map((engine) => engine.stop())));

const reads = new PostgresApiReads(pool);
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
    updates: marketData,
    committed: marketData.committed,
    ownOrders: new PostgresOwnOrdersReads(pool),
    trades: (symbol, limit) => reads.recentTrades(symbol, limit),
    candles: (query) => candles.candles(query),
  },
  access: {
    apiKeys: new PostgresApiKeyStore(pool),
    nonces: new MemoryNonces(config.auth.signatureWindowMs),
    rates: new LocalRates(),
    adminAudit: new PostgresAdminAudit(pool),
  },
  checks: [
    { name: "database", check: async () => (await pool.read("select 1")).length === 1 },
    { name: "queue", check: async () => publisher.healthy() },
    { name: "engine", check: async () => engines.every((engine) => engine.isActive()) },
    {
      name: "partitions",
      check: partitionCheck((statement) => pool.read(statement), systemClock.nowMs),
      quiet: true,
      harmless: true,
    },
  ],
  databaseNowMs: () => readDatabaseTime(pool),
  loopbackOnly: isLoopback(config.server.host),
  observer: measureApi(metrics, () => ({ pendingCommands: () => dispatcher.pending })),
  tracer: tracing?.api ?? null,
});
const metricsServer = await serveMetrics(metrics, config.telemetry, logger);
shutdown.after(() => Promise.allSettled([metricsServer?.close(), tracing?.close()]));

// A person who sees the address can place an order at once: the engine matches before anybody is let in.
await Promise.race([
  Promise.all(engines.map((engine) => engine.active)),
  new Promise((resolve) => setTimeout(resolve, FIRST_ACTIVE_WITHIN_MS)),
  shutdown.asked,
]);
await shutdown.checkpoint();

handle = (request, peer) => app.fetch(request, peer);
const webSocketServer = await serveWebSockets(config, handle, logger);
shutdown.after(finishAccepted);

process.stdout.write(
  welcome({
    version: packageJson.version,
    postgresVersion: database.version,
    origin: `http://${config.server.host}:${server.port}`,
    dataDirectory: config.embedded.dataDirectory,
    tookMs: Date.now() - startedAtMs,
    devTokens: config.auth.devTokens,
  }),
);
await shutdown.started();

async function startDatabase(directory: string): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres(directory);
  } catch (error) {
    // A signal to the whole group ends what it runs while it starts.
    await shutdown.checkpoint();
    if (error instanceof DataDirectoryInUseError) return end(1, error.message);
    return end(
      1,
      `PostgreSQL could not be started: ${error instanceof Error ? error.message : "unknown fault"}`,
    );
  }
}

/** Takes no new requests, and lets those that are being answered finish. */
async function finishAccepted(): Promise<void> {
  maintenance.stop();
  const { shutdownTimeoutMs } = config.server;
  const finished = stream
    .close()
    .then(() => Promise.all([server.close(), webSocketServer?.close(), dispatcher.drain(shutdownTimeoutMs)]));
  await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, shutdownTimeoutMs))]);
}

/** An engine that was not asked to stop has met a history that this program cannot continue. */
function giveUp(engineEnd: EngineEnd): void {
  if (shutdown.isAsked || engineEnd.reason === "stopped") return;
  end(1, "cause" in engineEnd ? engineEnd.cause.message : `the engine ended: ${engineEnd.reason}`);
}

function end(code: number, words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(code);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
