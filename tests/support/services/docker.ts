/** Services in containers, where a Docker engine answers. */
import { request } from "node:http";
import process from "node:process";
import { postgresVersion } from "../../../infra/dev/services/postgres.ts";
import { rabbitmqVersion } from "../../../infra/dev/services/rabbitmq.ts";
import { redisVersion } from "../../../infra/dev/services/redis.ts";
import type { Started, TestBroker, TestService } from "./test-service.ts";

/** The images that docker-compose.yml runs too. */
const images = { postgres: "postgres:16", redis: "redis:7", rabbitmq: "rabbitmq:3-management" };

const pingDeadlineMs = 2_000;

/** Whether a Docker engine answers. The client's being installed says nothing about that. */
export function dockerAnswers(): Promise<boolean> {
  const host = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  const url = new URL(host.replace(/^tcp:/, "http:"));
  const target =
    url.protocol === "unix:"
      ? { socketPath: url.pathname }
      : { host: url.hostname, port: url.port || "2375" };
  return new Promise((resolve) => {
    const ping = request({ ...target, path: "/_ping", timeout: pingDeadlineMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once("timeout", () => ping.destroy());
    ping.once("error", () => resolve(false));
    ping.once("close", () => resolve(false)); // after an answer this says nothing new
    ping.end();
  });
}

/** A PostgreSQL in a container. */
export async function dockerPostgres(): Promise<Started<TestService>> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(images.postgres)
    .withEnvironment({
      POSTGRES_USER: "trade_engine_user",
      POSTGRES_PASSWORD: "private",
      POSTGRES_DB: "trade_engine_db",
    })
    .withCommand([
      "postgres",
      "-c",
      "fsync=off",
      "-c",
      "max_connections=200",
      "-c",
      "max_locks_per_transaction=512",
    ])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)) // the first is of its own set-up
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
  const url = `postgres://trade_engine_user:private@${address}/trade_engine_db`;
  return started(container, async () => ({
    url,
    version: await postgresVersion(url),
    origin: inDocker(images.postgres),
  }));
}

/** A Redis in a container. */
export async function dockerRedis(): Promise<Started<TestService>> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(images.redis)
    .withCommand(["redis-server", "--databases", "64"])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
  return started(container, async () => ({
    url,
    version: await redisVersion(url),
    origin: inDocker(images.redis),
  }));
}

/** A RabbitMQ in a container. */
export async function dockerRabbitmq(): Promise<Started<TestBroker>> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(images.rabbitmq)
    .withExposedPorts(5672)
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .start();
  const url = `amqp://guest:guest@${container.getHost()}:${container.getMappedPort(5672)}`;
  const control = {
    program: "docker",
    args: ["exec", container.getId(), "rabbitmqctl", "--quiet"],
    env: { PATH: process.env["PATH"] ?? "", DOCKER_HOST: process.env["DOCKER_HOST"] ?? "" },
  };
  return started(container, async () => ({
    url,
    version: await rabbitmqVersion(url),
    origin: inDocker(images.rabbitmq),
    control,
  }));
}

const inDocker = (image: string): string => `Docker image ${image}`;

/** A container whose service answers; one that does not is not left behind. */
async function started<T extends TestService>(
  container: { stop(): Promise<unknown> },
  greet: () => Promise<T>,
): Promise<Started<T>> {
  const end = async (): Promise<void> => {
    await container.stop();
  };
  try {
    return { service: await greet(), end };
  } catch (error) {
    await end();
    throw error;
  }
}
