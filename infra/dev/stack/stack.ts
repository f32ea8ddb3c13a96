/**
 * The whole system on this machine without Docker: private PostgreSQL, Redis and RabbitMQ on free ports, API
 * processes and engines of one symbol group. `npm run stack` shows it to a person; tests start it, break parts of it
 * and look.
 */
import { freePorts } from "../../embedded/free-ports.ts";
import { startPostgres } from "../services/postgres.ts";
import type { PrivateService } from "../services/private-service.ts";
import { startRabbitmq } from "../services/rabbitmq.ts";
import { startRedis } from "../services/redis.ts";
import { waitFor } from "../services/wait.ts";
import { type Member, type Runtime, runOnce, startMember } from "./member.ts";

/** How the stack is to be. */
export interface StackOptions {
  readonly apis: number;
  readonly engines: number;
  readonly group: string;
  readonly runtime: Runtime;
  /** Whether commits reach the disk. */
  readonly durable: boolean;
  readonly logFormat: "json" | "pretty";
  /** Where a program reaches a service, if not at its own address: by way of a wire that can be cut, say. */
  readonly addressOf?: (service: PrivateService, program: string) => Promise<string>;
  /** Settings of one program, on top of those that all have. */
  readonly environmentOf?: (program: string) => Readonly<Record<string, string>>;
  /** The longest pause before a program that ended is started again (`MemberOptions`). */
  readonly longestPauseMs?: number;
  /** Called with each line that a program prints. */
  readonly onLine: (name: string, line: string) => void;
  /** Called with what is being done. */
  readonly onProgress: (words: string) => void;
}

/** An API process and its address. */
export interface StackApi extends Member {
  readonly url: string;
  readonly metricsUrl: string;
}

/** An engine, and the address of its probes. */
export interface StackEngine extends Member {
  readonly probesUrl: string;
  readonly metricsUrl: string;
}

/** A running stack. */
export interface Stack {
  readonly postgres: PrivateService;
  readonly redis: PrivateService;
  readonly rabbitmq: PrivateService;
  readonly apis: readonly StackApi[];
  readonly engines: readonly StackEngine[];
  /** Stops everything: APIs first, then engines, then what they stand on. */
  stop(): Promise<void>;
}

/** Counted as everywhere, and beyond what load tests can do. */
const UNREACHABLE_RATES = Object.fromEntries(
  ["ORDERS", "CANCELS", "READS", "ADDRESS"].map((name) => [`TRADE_ENGINE_LIMITS_${name}`, "1000000/s"]),
);

/** Two engines: while the first takes the group, the other warms up; on a busy machine that takes a while. */
const readyDeadlineMs = 90_000;

/** Starts everything and waits until every program is ready. What was started is stopped again when a part fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stoppers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopper of stoppers.splice(0).reverse()) await stopper();
  };
  try {
    return await start(options, stoppers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: StackOptions,
  stoppers: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const { onProgress, onLine } = options;
  const removedAtTheEnd = async <T extends PrivateService>(starting: Promise<T>): Promise<T> => {
    const service = await starting;
    stoppers.push(() => service.remove());
    onProgress(`${service.kind} ${service.version} runs`);
    return service;
  };
  const settled = await Promise.allSettled([
    removedAtTheEnd(startPostgres({ durable: options.durable })),
    removedAtTheEnd(startRedis()),
    removedAtTheEnd(startRabbitmq()),
  ]);
  const [postgres, redis, rabbitmq] = settled;
  const services = { postgres: fulfilled(postgres), redis: fulfilled(redis), rabbitmq: fulfilled(rabbitmq) };

  const addressOf = options.addressOf ?? (async (service: PrivateService) => service.url);
  const env = {
    TRADE_ENGINE_SYMBOL_GROUP: options.group,
    TRADE_ENGINE_SYMBOLS_GROUPS: options.group,
    TRADE_ENGINE_AUTH_DEV_TOKENS: "true",
    ...UNREACHABLE_RATES,
    TRADE_ENGINE_SERVER_HOST: "127.0.0.1",
    TRADE_ENGINE_LOG_FORMAT: options.logFormat,
  };
  const member = async (name: string, script: string, more: Record<string, string> = {}) => ({
    name,
    script,
    runtime: options.runtime,
    env: {
      ...env,
      TRADE_ENGINE_DATABASE_URL: await addressOf(services.postgres, name),
      TRADE_ENGINE_REDIS_URL: await addressOf(services.redis, name),
      TRADE_ENGINE_RABBITMQ_URL: await addressOf(services.rabbitmq, name),
      ...more,
      ...options.environmentOf?.(name),
    },
    ...(options.longestPauseMs !== undefined && { longestPauseMs: options.longestPauseMs }),
    onLine: (line: string) => onLine(name, line),
  });

  onProgress("bringing the schema up to date");
  await runOnce(await member("migrate", "db/main.ts"));

  onProgress(`starting ${options.engines} engines and ${options.apis} API processes`);
  const stoppedAtTheEnd = async (starting: Promise<Member>): Promise<Member> => {
    const started = await starting;
    stoppers.push(() => started.stop());
    return started;
  };
  const toBeReady: { name: string; url: string }[] = [];
  const engines: StackEngine[] = [];
  const metricsPorts = await freePorts(options.engines + options.apis);
  const metricsOf = (place: number) => ({
    setting: { TRADE_ENGINE_TELEMETRY_METRICS_PORT: String(metricsPorts[place]) },
    metricsUrl: `http://127.0.0.1:${metricsPorts[place]}/metrics`,
  });
  for (const [index, port] of (await freePorts(options.engines)).entries()) {
    const { setting, metricsUrl } = metricsOf(index);
    const settings = await member(`engine-${index + 1}`, "engine/main.ts", {
      TRADE_ENGINE_ENGINE_HEALTH_PORT: String(port),
      ...setting,
    });
    const probesUrl = `http://127.0.0.1:${port}`;
    engines.push({ ...(await stoppedAtTheEnd(startMember(settings))), probesUrl, metricsUrl });
    // An order needs the group's queue, which is there once an engine listens to it.
    toBeReady.push({ name: settings.name, url: probesUrl });
  }
  const apis: StackApi[] = [];
  const ports = await freePorts(options.apis);
  for (const [index, port] of ports.entries()) {
    const { setting, metricsUrl } = metricsOf(options.engines + index);
    const settings = await member(`api-${index + 1}`, "api/main.ts", {
      TRADE_ENGINE_SERVER_HTTP_PORT: String(port),
      ...setting,
    });
    const api = await stoppedAtTheEnd(startMember(settings));
    const url = `http://127.0.0.1:${port}`;
    apis.push({ ...api, url, metricsUrl });
    toBeReady.push({ name: settings.name, url });
  }
  await Promise.all(toBeReady.map(ready));
  return { ...services, apis, engines, stop };
}

function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

function ready({ name, url }: { name: string; url: string }): Promise<true> {
  return waitFor(`${name} to be ready`, readyDeadlineMs, async () => {
    const response = await fetch(`${url}/ready`);
    const said = await response.text();
    if (!response.ok) throw new Error(said);
    return true as const;
  });
}
