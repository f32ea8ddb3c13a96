import process from "node:process";
import { denoArguments } from "../../infra/dev/launch/deno-permissions.mjs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram } from "../../infra/dev/launch/runtimes.mjs";
import { startPostgres } from "../../infra/dev/services/postgres.ts";
import type { PrivateService } from "../../infra/dev/services/private-service.ts";
import { type ServiceProcess, startProcess } from "../../infra/dev/services/process.ts";
import { startRabbitmq } from "../../infra/dev/services/rabbitmq.ts";
import { startRedis } from "../../infra/dev/services/redis.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { freePort } from "../../infra/embedded/free-ports.ts";
import { EngineProgram } from "./pipeline-engine.ts";

const READY_WITHIN_MS = 120_000;

/** The symbol group of every bench. */
export const BENCH_GROUP = "main";

/** Private services with commits that reach the disk, one API process, and engines as they are asked for. */
export class BenchSystem {
  readonly postgres: PrivateService;
  readonly redis: PrivateService;
  readonly rabbitmq: PrivateService;
  /** Of the API process; "" before `startApi`. */
  apiUrl = "";
  readonly #programs = new Set<ServiceProcess>();
  readonly #started: EngineProgram[] = [];

  private constructor(postgres: PrivateService, redis: PrivateService, rabbitmq: PrivateService) {
    this.postgres = postgres;
    this.redis = redis;
    this.rabbitmq = rabbitmq;
  }

  static async start(): Promise<BenchSystem> {
    const started: PrivateService[] = [];
    const kept = async (starting: Promise<PrivateService>): Promise<PrivateService> => {
      const service = await starting;
      started.push(service);
      return service;
    };
    try {
      const [postgres, redis, rabbitmq] = await Promise.all([
        kept(startPostgres({ durable: true })),
        kept(startRedis()),
        kept(startRabbitmq()),
      ]);
      const system = new BenchSystem(postgres, redis, rabbitmq);
      const migration = await system.#launch("migrate", "db/main.ts", {});
      const { code } = await migration.exited;
      if (code !== 0) throw new Error(`the schema could not be made:\n${migration.lastOutput()}`);
      return system;
    } catch (cause) {
      await Promise.all(started.map((service) => service.remove()));
      throw cause;
    }
  }

  async startEngine(env: Readonly<Record<string, string>> = {}): Promise<EngineProgram> {
    const engine = new EngineProgram(`engine-${this.#started.length + 1}`, Date.now());
    this.#started.push(engine);
    const settings = { TRADE_ENGINE_ENGINE_HEALTH_PORT: "0", ...env };
    engine.runs(await this.#launch(engine.name, "engine/main.ts", settings, (line) => engine.hear(line)));
    return engine;
  }

  async startApi(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = { TRADE_ENGINE_SERVER_HTTP_PORT: String(port), ...more };
    const api = await this.#launch("api", "api/main.ts", settings);
    await waitFor("the API to be ready", READY_WITHIN_MS, async () => {
      if (!api.isRunning()) return false;
      const response = await fetch(`${url}/ready`);
      const said = await response.text();
      if (!response.ok) throw new Error(said);
      return true;
    });
    if (!api.isRunning()) throw new Error(`the API ended:\n${api.lastOutput()}`);
    this.apiUrl = url;
  }

  /** The last lines of each engine's log, for error messages. */
  lastLines(count: number): string {
    return this.#started
      .flatMap(({ name, log }) => log.slice(-count).map((entry) => `${name} ${JSON.stringify(entry)}`))
      .join("\n");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#programs].map((program) => program.stop({ deadlineMs: 20_000 })));
    await Promise.all([this.postgres, this.redis, this.rabbitmq].map((service) => service.remove()));
  }

  async #launch(
    name: string,
    script: string,
    more: Readonly<Record<string, string>>,
    onLine?: (line: string) => void,
  ): Promise<ServiceProcess> {
    const program = await startProcess({
      name,
      program: denoProgram(),
      args: [...denoArguments("server"), inRoot(script)],
      cwd: inRoot(),
      env: {
        ...process.env,
        TRADE_ENGINE_SYMBOL_GROUP: BENCH_GROUP,
        TRADE_ENGINE_SYMBOLS_GROUPS: BENCH_GROUP,
        TRADE_ENGINE_AUTH_DEV_TOKENS: "true",
        TRADE_ENGINE_SERVER_HOST: "127.0.0.1",
        TRADE_ENGINE_LOG_FORMAT: "json",
        TRADE_ENGINE_DATABASE_URL: this.postgres.url,
        TRADE_ENGINE_REDIS_URL: this.redis.url,
        TRADE_ENGINE_RABBITMQ_URL: this.rabbitmq.url,
        ...more,
      },
      ...(onLine !== undefined && { onLine }),
    });
    this.#programs.add(program);
    void program.exited.then(() => this.#programs.delete(program));
    return program;
  }
}
