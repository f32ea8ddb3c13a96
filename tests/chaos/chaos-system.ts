import { createWriteStream } from "node:fs";
import { waitFor } from "../../infra/dev/services/wait.ts";
import type { Member } from "../../infra/dev/stack/member.ts";
import { type Stack, startStack } from "../../infra/dev/stack/stack.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

type ServiceKind = "PostgreSQL" | "PgBouncer" | "Redis" | "RabbitMQ";

interface EngineState {
  readonly state: string;
  readonly sinceMs: number;
}

const KEPT_LINES = 2_000;
const WARM_AFTER_MS = 1_500;

/** The whole system, with a wire that can be cut between every engine and every service. */
export class ChaosSystem {
  readonly stack: Stack;
  readonly #wires: ReadonlyMap<string, TcpProxy>;
  readonly #states: ReadonlyMap<string, EngineState>;
  readonly #lines: readonly string[];

  private constructor(
    stack: Stack,
    wires: ReadonlyMap<string, TcpProxy>,
    states: ReadonlyMap<string, EngineState>,
    lines: readonly string[],
  ) {
    this.stack = stack;
    this.#wires = wires;
    this.#states = states;
    this.#lines = lines;
  }

  static async start(onProgress: (words: string) => void, logFile?: string): Promise<ChaosSystem> {
    const log = logFile === undefined ? null : createWriteStream(logFile);
    const wires = new Map<string, TcpProxy>();
    const states = new Map<string, EngineState>();
    const lines: string[] = [];
    const stack = await startStack({
      apis: 2,
      engines: 2,
      group: "main",
      runtime: "deno",
      durable: true,
      logFormat: "json",
      longestPauseMs: 500,
      addressOf: async (service, program) => {
        if (!program.startsWith("engine")) return service.url;
        const wire = await TcpProxy.to(service.url);
        wires.set(wireName(program, service.kind), wire);
        return wire.through(service.url);
      },
      onLine: (name, line) => {
        const dated = `${new Date().toISOString()} ${name} ${line}`;
        lines.push(dated);
        log?.write(`${dated}\n`);
        if (lines.length > KEPT_LINES) lines.shift();
        const state = /"state":"(\w+)"/.exec(line)?.[1];
        if (state !== undefined) states.set(name, { state, sinceMs: performance.now() });
        else if (line.startsWith("ended ")) states.delete(name);
      },
      onProgress,
    });
    return new ChaosSystem(stack, wires, states, lines);
  }

  wire(engine: string, kind: ServiceKind): TcpProxy {
    const wire = this.#wires.get(wireName(engine, kind));
    if (wire === undefined) throw new Error(`no wire from ${engine} to ${kind}`);
    return wire;
  }

  /** The engine that said last that it is active, and runs. */
  activeEngine(): Member | undefined {
    return this.stack.engines.find(({ name }) => this.#states.get(name)?.state === "active");
  }

  standBy(): Member | undefined {
    return this.stack.engines.find(({ name }) => this.#states.get(name)?.state === "waiting");
  }

  /** Whether an engine has stood by for long enough to have caught up with the journal. */
  hasWarmStandBy(): boolean {
    const standBy = this.standBy();
    const since = standBy && this.#states.get(standBy.name)?.sinceMs;
    return since !== undefined && performance.now() - since >= WARM_AFTER_MS;
  }

  stateOf(engine: Member): string | undefined {
    return this.#states.get(engine.name)?.state;
  }

  /** Waits until one engine is active and another one stands by, warm. */
  untilWhole(deadlineMs: number): Promise<true> {
    return waitFor("an active engine and a warm stand-by", deadlineMs, () =>
      this.activeEngine() !== undefined && this.hasWarmStandBy() ? (true as const) : undefined,
    );
  }

  lastLines(count: number): string {
    return this.#lines.slice(-count).join("\n");
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await Promise.all([...this.#wires.values()].map((wire) => wire.close()));
  }
}

function wireName(program: string, kind: ServiceKind): string {
  return `${program} ${kind}`;
}
