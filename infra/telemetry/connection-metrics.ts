import type { RabbitEvent } from "../rabbitmq/connection.ts";
import type { RedisEvent } from "../redis/connection.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** For `RabbitOptions.observe`: logs and counts what happens to connections to RabbitMQ. */
export function observeRabbit(logger: Logger, metrics: Metrics): (event: RabbitEvent) => void {
  return (event) => {
    const { type, connection } = event;
    metrics.of("connectionEvents").inc({ service: "rabbitmq", connection, event: type });
    // A connection that is lost is blocked no more; whether the next one is, the broker will say.
    metrics.of("brokerBlocked").set({ connection }, type === "blocked" ? 1 : 0);
    logger.info({ rabbitmq: event }, "connection changed");
  };
}

/** Refused commands can be many a second: each is counted, and one in so long is logged. */
const LOG_REFUSED_EVERY_MS = 10_000;

/** The same for Redis. */
export function observeRedis(logger: Logger, metrics: Metrics): (event: RedisEvent) => void {
  const loggedAtMs = new Map<string, number>();
  return (event) => {
    const { type, connection } = event;
    metrics.of("connectionEvents").inc({ service: "redis", connection, event: type });
    if (type !== "refused") {
      logger.info({ redis: event }, "connection changed");
      return;
    }
    const nowMs = performance.now();
    if (nowMs - (loggedAtMs.get(connection) ?? Number.NEGATIVE_INFINITY) < LOG_REFUSED_EVERY_MS) return;
    loggedAtMs.set(connection, nowMs);
    logger.warn({ redis: event }, "does without what Redis did not do");
  };
}
