import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { nodeProgram } from "../../infra/dev/launch/runtimes.mjs";
import { type ServiceProcess, startProcess } from "../../infra/dev/services/process.ts";

/**
 * The one-process run as a person starts it, on a data folder and a port of its own: `npm start` on
 * Deno, the same program on Node.
 */
export interface EmbeddedRun {
  readonly origin: string;
  /** What it has printed. */
  output(): string;
  /** As `kill -9` of the process that serves. */
  kill(): Promise<void>;
  /** As SIGTERM; resolves to its exit code. */
  stop(): Promise<number | null>;
}

export type ServingRuntime = "deno" | "node";

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;

/** A folder for the data of several runs after each other. */
export function dataFolder(): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "trade-engine-e2e-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Starts it and waits until it says that it is ready. */
export async function startEmbedded(
  runtime: ServingRuntime,
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedRun> {
  const lines: string[] = [];
  let program: ServiceProcess | null = null;
  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`not ready in time:\n${lines.join("\n")}`)),
      READY_WITHIN_MS,
    );
    startProcess({
      name: `embedded ${runtime}`,
      program: runtime === "deno" ? process.execPath : nodeProgram(),
      args:
        runtime === "deno" ? [inRoot("infra/dev/launch.mjs"), "start"] : [inRoot("infra/embedded/main.ts")],
      cwd: inRoot(),
      env: {
        ...process.env,
        TRADE_ENGINE_DATA_DIRECTORY: directory,
        TRADE_ENGINE_SERVER_HTTP_PORT: "0",
        TRADE_ENGINE_LOG_FORMAT: "json",
        ...settings,
      },
      onLine: (line) => {
        lines.push(line);
        if (!line.startsWith("Ctrl-C stops it")) return;
        clearTimeout(late);
        resolve();
      },
    }).then((started) => {
      program = started;
      void started.exited.then(({ code }) => {
        clearTimeout(late);
        reject(new Error(`ended with ${code} before it was ready:\n${lines.join("\n")}`));
      });
    }, reject);
  });
  await ready;
  const running = program as ServiceProcess | null;
  if (running === null) throw new Error("ready without a process");
  return {
    origin: printedOrigin(lines),
    output: () => lines.join("\n"),
    kill: async () => {
      process.kill(servingPid(lines), "SIGKILL");
      await running.exited;
    },
    stop: async () => (await running.stop({ deadlineMs: STOP_WITHIN_MS })).code,
  };
}

function printedOrigin(lines: readonly string[]): string {
  const origin = /^\s+API\s+(http:\/\/\S+)\/api\/v1$/m.exec(lines.join("\n"))?.[1];
  if (origin === undefined) throw new Error("it does not say where the API is");
  return origin;
}

/** Under Deno the process started is the launcher: the one that serves says its id in its log. */
function servingPid(lines: readonly string[]): number {
  for (const line of lines) {
    const found = /"pid":(\d+)/.exec(line)?.[1];
    if (found !== undefined) return Number(found);
  }
  throw new Error("no log line says which process serves");
}
