import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../engine/main.ts", import.meta.url));

/** `engine/main.ts` as a process of its own, and what it logs. */
export interface EngineProcess {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
}

/** @param environment on top of this process's */
export function startEngineProcess(environment: Readonly<Record<string, string>>): EngineProcess {
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      ...process.env,
      TRADE_ENGINE_ENGINE_HEALTH_PORT: "0",
      TRADE_ENGINE_LOG_FORMAT: "json",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const engine: EngineProcess = { child, lines: [] };
  let rest = "";
  const take = (chunk: Buffer): void => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      engine.lines.push(line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : { msg: line });
    }
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  return engine;
}

/** Its exit code, once it has ended; null where a signal ended it. */
export async function endOfProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}
