/** Services of our own, started from programs on this machine. */
import { startPostgres } from "../../../infra/dev/services/postgres.ts";
import type { PrivateService } from "../../../infra/dev/services/private-service.ts";
import { startRabbitmq } from "../../../infra/dev/services/rabbitmq.ts";
import { startRedis } from "../../../infra/dev/services/redis.ts";
import type { Started, TestBroker, TestService } from "./test-service.ts";

/** A PostgreSQL from its npm package. */
export const privatePostgres = async (): Promise<Started<TestService>> =>
  started(await startPostgres({ durable: false }));

/** A Redis from the program on this machine. */
export const privateRedis = async (): Promise<Started<TestService>> => started(await startRedis());

/** A RabbitMQ from the program on this machine. */
export async function privateRabbitmq(): Promise<Started<TestBroker>> {
  const broker = await startRabbitmq();
  return { service: { ...described(broker), control: broker.control }, end: () => broker.remove() };
}

const described = ({ url, version, origin }: PrivateService): TestService => ({ url, version, origin });

const started = (service: PrivateService): Started<TestService> => ({
  service: described(service),
  end: () => service.remove(),
});
