/**
 * `npm run stack`: the whole system on this machine, for a person to try. One Ctrl-C ends all of it.
 */
import process from "node:process";
import { endUnusable, readCommandLine } from "../command-line.ts";
import { type Stack, startStack } from "./stack/stack.ts";

const USAGE = `npm run stack -- [options]

The whole system on this machine: private PostgreSQL, Redis and RabbitMQ, API processes and engines.

  --apis N               API processes (default 2)
  --engines N            engines of the one group: one is active, the others stand by (default 2)
  --runtime deno|node    what they run on (default deno)
`;

const { values } = readCommandLine(USAGE, {
  options: {
    apis: { type: "string", default: "2" },
    engines: { type: "string", default: "2" },
    runtime: { type: "string", default: "deno" },
  },
});
const { runtime } = values;
const counts = { apis: Number(values.apis), engines: Number(values.engines) };
if (!Object.values(counts).every((count) => Number.isInteger(count) && count >= 1))
  endUnusable(USAGE, "--apis and --engines take a number from 1 on");
if (runtime !== "deno" && runtime !== "node") endUnusable(USAGE, "--runtime takes deno or node");

const sameSignalMs = 1_000;
const isTerminal = process.stdout.isTTY === true;
const startedAt = Date.now();
let stack: Stack | undefined;
let endingSince: number | undefined;
process.on("SIGINT", () => void end());
process.on("SIGTERM", () => void end());

try {
  stack = await startStack({
    ...counts,
    group: "main",
    runtime,
    durable: true,
    logFormat: isTerminal ? "pretty" : "json",
    onLine: (name, line) => console.log(`${name.padEnd(9)}│ ${line}`),
    onProgress: (words) => console.log(`stack    │ ${words}`),
  });
} catch (error) {
  fail(`The stack could not be started: ${error instanceof Error ? error.message : String(error)}`);
}
console.log(whereThingsAre(stack));

/**
 * Once it runs it is stopped in order; asked again, or while it starts, at once: the guards see to what is left.
 * One Ctrl-C may arrive several times, from the terminal and from npm, so what follows closely is the same.
 */
async function end(): Promise<void> {
  if (endingSince !== undefined && Date.now() - endingSince < sameSignalMs) return;
  if (endingSince !== undefined || stack === undefined) process.exit(130);
  endingSince = Date.now();
  console.log("stack    │ stopping; once more stops at once");
  await stack.stop();
  console.log("stack    │ stopped");
}

function fail(words: string): never {
  console.error(words);
  process.exit(1);
}

function whereThingsAre({ apis, engines, postgres, redis, rabbitmq }: Stack): string {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const order =
    '{"symbol":"BTC/USDT","side":"SELL","type":"LIMIT","timeInForce":"GTC","quantity":"0.01","price":"60000"}';
  const [first, second = first] = apis;
  const post = (url: string | undefined, user: string, body: string) =>
    `  curl -s ${url}/api/v1/orders -H 'Authorization: Bearer dev:${user}' \\\n` +
    `    -H 'Content-Type: application/json' -d '${body}'`;
  return [
    "",
    `The stack is ready (${seconds} s).`,
    ...apis.map(({ name, url }) => `  ${name.padEnd(11)} ${url}   ${url}/docs`),
    ...[...apis, ...engines].map(({ name, metricsUrl }) => `  metrics     ${metricsUrl}   ${name}`),
    `  PostgreSQL  ${postgres.version}  ${postgres.url}`,
    `  Redis       ${redis.version}  ${redis.url}`,
    `  RabbitMQ    ${rabbitmq.version}  ${rabbitmq.url}`,
    "",
    "Place an order through one API process, and cross it through another:",
    post(first?.url, "alice", order),
    post(second?.url, "bob", order.replace("SELL", "BUY")),
    "",
    "Ctrl-C ends everything and removes its data.",
    "",
  ].join("\n");
}
