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

/** The same for Redis. */
export function observeRedis(logger: Logger, metrics: Metrics): (event: RedisEvent) => void {
  return (event) => {
    const { type, connection } = event;
    metrics.of("connectionEvents").inc({ service: "redis", connection, event: type });
    logger.info({ redis: event }, "connection changed");
  };
}
