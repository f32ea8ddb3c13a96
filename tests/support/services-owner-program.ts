/** Starts private services and says where, in one line of JSON; then waits to be killed. For tests of what stays. */
import { startPostgres } from "../../infra/dev/services/postgres.ts";
import { startRabbitmq } from "../../infra/dev/services/rabbitmq.ts";
import { startRedis } from "../../infra/dev/services/redis.ts";

const services = await Promise.all([startPostgres({ durable: false }), startRedis(), startRabbitmq()]);
console.log(
  JSON.stringify(services.map((service) => ({ kind: service.kind, url: service.url, pid: service.pid() }))),
);
