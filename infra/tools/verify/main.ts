/**
 * `npm run verify`: looks at every configured service (PostgreSQL, PgBouncer, Redis, RabbitMQ): reachable, of a
 * version that works, set up so that nothing acknowledged can be lost. Changes nothing.
 * Exit codes: 0 all is well, 1 something is not.
 */
import process from "node:process";
import { latestMigration } from "../../../db/migrator.ts";
import { loadConfigOrExit } from "../../config/load.ts";
import { faultWords } from "../fault-words.ts";
import { type Finding, verifyPgbouncer, verifyPostgres, verifyRabbitmq, verifyRedis } from "./checks.ts";

const { database, redis, rabbitmq, symbols } = loadConfigOrExit({ direct: true });
const looks: [string, string, () => Promise<Finding[]>][] = [
  [
    "PostgreSQL",
    database.directUrl,
    () => verifyPostgres(database.directUrl, database.tls, latestMigration()),
  ],
  ["Redis", redis.url, () => verifyRedis(redis)],
  ["RabbitMQ", rabbitmq.url, () => verifyRabbitmq(rabbitmq, symbols.groups)],
];
if (database.isTransactionPool) {
  looks.splice(1, 0, ["PgBouncer", database.url, () => verifyPgbouncer(database.url, database.tls)]);
}
let wrong = 0;
for (const [service, url, look] of looks) {
  const findings = await look().catch((error: unknown): Finding[] => [
    { service, isWell: false, what: `cannot be used at ${placeOf(url)}: ${faultWords(error)}` },
  ]);
  for (const { what, isWell } of findings) {
    if (!isWell) wrong += 1;
    process.stdout.write(`${isWell ? "ok    " : "WRONG "}  ${service.padEnd(11)} ${what}\n`);
  }
}
process.stdout.write(
  wrong === 0 ? "All services are as they should be.\n" : `${wrong} things are not as they should be.\n`,
);
process.exitCode = wrong === 0 ? 0 : 1;

/** Host and port: the rest of an address may be secret. */
function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return port === "" ? hostname : `${hostname}:${port}`;
}
