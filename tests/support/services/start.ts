/**
 * Gets PostgreSQL, Redis and RabbitMQ for a test run. Each is looked for in this order: its URL in the environment;
 * Docker; programs on this machine, which are installed where that can be done. What cannot be had ends the run and
 * says how to get it: a test that needs a service is never skipped.
 */
import { dockerAnswers, dockerPostgres, dockerRabbitmq, dockerRedis } from "./docker.ts";
import { givenPostgres, givenRabbitmq, givenRedis } from "./given.ts";
import { privatePostgres, privateRabbitmq, privateRedis } from "./private.ts";
import type { Started, TestService, TestServices } from "./test-service.ts";

/** Services that run, and how to end those that are ours. */
export interface RunningServices {
  readonly services: TestServices;
  end(): Promise<void>;
}

interface Ways<T extends TestService> {
  readonly name: string;
  readonly given: () => Promise<Started<T> | undefined>;
  readonly inDocker: () => Promise<Started<T>>;
  readonly onThisMachine: () => Promise<Started<T>>;
}

/** Starts all three at once, and says what each is and where it came from. */
export async function startTestServices(): Promise<RunningServices> {
  const docker = await dockerAnswers();
  const results = await Promise.allSettled([
    start(
      { name: "PostgreSQL", given: givenPostgres, inDocker: dockerPostgres, onThisMachine: privatePostgres },
      docker,
    ),
    start({ name: "Redis", given: givenRedis, inDocker: dockerRedis, onThisMachine: privateRedis }, docker),
    start(
      { name: "RabbitMQ", given: givenRabbitmq, inDocker: dockerRabbitmq, onThisMachine: privateRabbitmq },
      docker,
    ),
  ]);
  const [postgres, redis, rabbitmq] = results;
  const end = async (): Promise<void> => {
    await Promise.all(
      results.map((result) => (result.status === "fulfilled" ? result.value.end() : undefined)),
    );
  };
  if (postgres.status === "rejected" || redis.status === "rejected" || rabbitmq.status === "rejected") {
    await end();
    const faults = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    throw new AggregateError(faults, `No services to test against:\n${faults.map(inWords).join("\n")}`);
  }
  return {
    services: {
      postgres: postgres.value.service,
      redis: redis.value.service,
      rabbitmq: rabbitmq.value.service,
    },
    end,
  };
}

async function start<T extends TestService>(ways: Ways<T>, docker: boolean): Promise<Started<T>> {
  const found =
    (await ways.given()) ?? (docker ? await tryDocker(ways) : undefined) ?? (await ways.onThisMachine());
  const { version, origin } = found.service;
  console.log(`${ways.name} ${version} (${origin})`);
  return found;
}

/** An engine that answers may still be unable to bring an image. */
async function tryDocker<T extends TestService>({
  name,
  inDocker,
}: Ways<T>): Promise<Started<T> | undefined> {
  try {
    return await inDocker();
  } catch (error) {
    console.log(
      `${name} could not be started in Docker (${inWords(error)}); looking for it on this machine.`,
    );
    return undefined;
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${inWords(error.cause)})`;
}
