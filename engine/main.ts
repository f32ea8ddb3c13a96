import process from "node:process";
import postgres from "postgres";
import { openEngineRecords } from "../db/engine-records.ts";
import { startMaintenance } from "../db/maintenance-timer.ts";
import { leadsThroughPool, PooledConnectionError } from "../db/pooled-connection.ts";
import { createPostgresSnapshotStore } from "../db/snapshot-store.ts";
import { authority } from "../infra/config/authority.ts";
import { loadConfigOrExit } from "../infra/config/load.ts";
import { widenInliningBudget } from "../infra/inlining-budget.ts";
import { RabbitCommandConsumer } from "../infra/rabbitmq/command-consumer.ts";
import { RabbitEventPublisher } from "../infra/rabbitmq/event-publisher.ts";
import { RedisMarketDataWriter } from "../infra/redis/market-data-writer.ts";
import { RedisSnapshotStore } from "../infra/redis/snapshot-store.ts";
import { systemClock, systemTimers } from "../infra/system-time.ts";
import { observeRabbit, observeRedis } from "../infra/telemetry/connection-metrics.ts";
import { logEngine, newEngineStatus } from "../infra/telemetry/engine-log.ts";
import { measureEngine } from "../infra/telemetry/engine-metrics.ts";
import { createLogger } from "../infra/telemetry/logger.ts";
import { countMaintenance } from "../infra/telemetry/maintenance-metrics.ts";
import { Metrics } from "../infra/telemetry/metrics.ts";
import { serveMetrics } from "../infra/telemetry/metrics-server.ts";
import { observedBy } from "../infra/telemetry/observed-by.ts";
import { startProbeServer } from "../infra/telemetry/probe-server.ts";
import { measureProcess } from "../infra/telemetry/process-metrics.ts";
import { startTracing } from "../infra/telemetry/tracing.ts";
import packageJson from "../package.json" with { type: "json" };
import { DEFAULT_ENGINE_SETTINGS } from "./engine-ports.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { rehearse } from "./rehearsal.ts";
import { type OpenedPorts, startEngine } from "./supervise.ts";
import { TICK_MESSAGE } from "./wire/message.ts";

/**
 * Program: one engine of one group (`engine.symbol_group`), against given PostgreSQL, Redis and
 * RabbitMQ. The first of a group is active, the others stand by. SIGTERM and SIGINT stop it cleanly;
 * whatever else ends it has an exit code of its own (`exit-codes.ts`).
 *
 * While something that it needs cannot be reached it backs off, unsubscribed, and tries again by itself
 * for as long as it was never active; after that it exits, since its memory is not to be trusted.
 */

/** A process whose clock is further off the database's gets no part in the history. */
const MAX_CLOCK_SKEW_MS = 1_000;
const MAINTENANCE_EVERY_MS = 60 * 60_000;
/** A stand-by this many sequences behind takes a moment longer to take over: well below a tenth of a second. */
const MAX_READY_LAG = 10_000;
/** How long a clean stop may take before the process ends anyway: everything told is committed. */
const STOP_WITHIN_MS = 15_000;
/** As that of every setting that cannot be used (`exit-codes.ts`). */
const CONFIG_EXIT_CODE = 2;

widenInliningBudget();
const config = loadConfigOrExit({ direct: true });
const logger = createLogger({ program: "engine", ...config.log }).child({ group: config.engine.symbolGroup });
const { symbolGroup: group, healthPort, ...timing } = config.engine;
const settings = { ...DEFAULT_ENGINE_SETTINGS, ...timing, group };
const status = newEngineStatus();
const metrics = new Metrics("engine");
measureProcess(metrics, "engine", packageJson.version);
const tracing = await startTracing(config.telemetry, {
  name: "trade-engine engine",
  version: packageJson.version,
});
const observer = observedBy(
  logEngine(logger, status),
  measureEngine(metrics, {
    group,
    holdings: () => engine.current()?.holdings() ?? null,
    queueMessages: async () => {
      if (consumer === null) throw new Error("not connected");
      return consumer.queueMessages();
    },
  }),
  ...(tracing === null ? [] : [tracing.engine(group)]),
);
/** The one of now: each engine that is tried has its own. */
let consumer: RabbitCommandConsumer | null = null;

const databaseTls = config.database.tls === undefined ? {} : { ssl: config.database.tls };
// Snapshots and maintenance: large statements must not hold up the connection that commits.
const background = postgres(config.database.directUrl, {
  ...databaseTls,
  max: 2,
  idle_timeout: 30,
  onnotice: () => undefined,
});
const redisOptions = {
  url: config.redis.url,
  keyPrefix: config.redis.keyPrefix,
  ...authority(config.redis.certificateAuthority),
  observe: observeRedis(logger, metrics),
};
const rabbitOptions = {
  url: config.rabbitmq.url,
  ...authority(config.rabbitmq.certificateAuthority),
  observe: observeRabbit(logger, metrics),
};

async function open(): Promise<OpenedPorts> {
  if (await leadsThroughPool(config.database.directUrl, config.database.tls)) {
    const setting =
      config.database.directUrl === config.database.url ? "database.url" : "database.direct_url";
    process.stderr.write(`${setting}: ${new PooledConnectionError().message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
  const records = openEngineRecords({ url: config.database.directUrl, tls: config.database.tls });
  try {
    const skewMs = Math.abs((await records.nowMs()) - systemClock.nowMs());
    if (skewMs > MAX_CLOCK_SKEW_MS) throw new Error(`the clock is ${skewMs} ms off the database's`);
  } catch (cause) {
    // The cause is told by whoever opens; that the connection would not close says nothing more.
    await records.close().catch(() => undefined);
    throw cause;
  }
  const commands = new RabbitCommandConsumer({ ...rabbitOptions, group, tickBody: TICK_MESSAGE });
  consumer = commands;
  const events = new RabbitEventPublisher(rabbitOptions);
  const snapshots = new RedisSnapshotStore(redisOptions);
  const marketData = new RedisMarketDataWriter(redisOptions);
  // Both can be missed at any time; a moment to connect saves the first snapshot from being passed by.
  await Promise.allSettled([snapshots.waitUntilReady(1_000), marketData.waitUntilReady(1_000)]);
  return {
    ports: {
      consumer: commands,
      records,
      snapshotStores: [snapshots, createPostgresSnapshotStore(background)],
      events,
      marketData,
      clock: systemClock,
      timers: systemTimers,
      observer,
      rehearse: () => rehearse(records, () => systemTimers.breathe()),
    },
    close: async () => {
      await Promise.allSettled([records.close(), events.close(), snapshots.close(), marketData.close()]);
    },
  };
}

const maintenance = startMaintenance(background, {
  everyMs: MAINTENANCE_EVERY_MS,
  turned: ({ made, madeForStrays, dropped, verifiedSnapshots }) => {
    countMaintenance(metrics, "ok");
    if (made.length + madeForStrays.length + dropped.length === 0) return;
    logger.info({ made, madeForStrays, dropped, verifiedSnapshots }, "partitions maintained");
  },
  concerned: (partitions) => logger.warn({ partitions }, "partitions are to be looked at"),
  failed: (err) => {
    countMaintenance(metrics, "failed");
    logger.warn({ err }, "maintenance failed, tries again");
  },
});

const engine = startEngine({
  open,
  settings,
  timers: systemTimers,
  restarts: (end, wasPromoted) =>
    !wasPromoted && (end.reason === "records-failed" || end.reason === "consumer-lost"),
  retrying: (cause, afterMs) => {
    if (cause instanceof Error) logger.warn({ err: cause, afterMs }, "cannot start, tries again");
    else logger.warn({ end: cause, afterMs }, "ended, tries again");
  },
});

const probes =
  healthPort === 0
    ? null
    : await startProbeServer(healthPort, {
        health: () => ({
          ok: true,
          body: {
            status: "ok",
            version: packageJson.version,
            group,
            engine: status,
            partitions: maintenance.health(),
          },
        }),
        ready: () => {
          const { state, lag, caughtUp } = status;
          const ok = state === "active" || (state === "waiting" && caughtUp && lag <= MAX_READY_LAG);
          return { ok, body: { status: ok ? "ready" : "not ready", state, lag, caughtUp } };
        },
      }).catch((err: unknown) => {
        logger.warn({ err, port: healthPort }, "no probes: the port cannot be had");
        return null;
      });

const metricsServer = await serveMetrics(metrics, config.telemetry, logger);

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "stopping");
    setTimeout(() => {
      logger.error({}, "the clean stop took too long");
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    void engine.stop();
  });
}

const end = await engine.ended;
maintenance.stop();
if (end.reason === "stopped") logger.info({ sequence: status.lastSequence }, "stopped");
else logger.error({ end, err: "cause" in end ? end.cause : undefined }, "ended");
await Promise.allSettled([
  probes?.close(),
  metricsServer?.close(),
  tracing?.close(),
  background.end({ timeout: 1 }),
]);
process.exit(EXIT_CODES[end.reason]);
