/** Services that are running already and named by their URL in the environment. */
import process from "node:process";
import { postgresVersion } from "../../../infra/dev/services/postgres.ts";
import { rabbitmqVersion } from "../../../infra/dev/services/rabbitmq.ts";
import { redisVersion } from "../../../infra/dev/services/redis.ts";
import type { Started, TestBroker, TestService } from "./test-service.ts";

/** Nothing to end: whoever gave the service keeps it. */
const end = async (): Promise<void> => undefined;

/** The PostgreSQL of `TEST_POSTGRES_URL`, whose user must be allowed to create databases. */
export const givenPostgres = (): Promise<Started<TestService> | undefined> =>
  given("TEST_POSTGRES_URL", postgresVersion);

/** The Redis of `TEST_REDIS_URL`. */
export const givenRedis = (): Promise<Started<TestService> | undefined> =>
  given("TEST_REDIS_URL", redisVersion);

/** The RabbitMQ of `TEST_RABBITMQ_URL`. */
export async function givenRabbitmq(): Promise<Started<TestBroker> | undefined> {
  const found = await given("TEST_RABBITMQ_URL", rabbitmqVersion);
  return found && { service: { ...found.service, control: undefined }, end };
}

async function given(
  variable: string,
  askVersion: (url: string) => Promise<string>,
): Promise<Started<TestService> | undefined> {
  const url = process.env[variable];
  if (url === undefined || url === "") return undefined;
  try {
    return { service: { url, version: await askVersion(url), origin: variable }, end };
  } catch (cause) {
    throw new Error(`The service named in ${variable} does not answer.`, { cause });
  }
}
