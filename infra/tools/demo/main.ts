/**
 * `npm run demo`: the whole engine in one process, as `npm start`, with simulated traders, so that there is a living
 * market to look at and to trade in. Its data lies below `.data/demo` and is kept: the next run goes on from there.
 * Ctrl-C ends everything.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { endUnusable, readCommandLine } from "../../command-line.ts";
import { dataDirectory, inRoot } from "../../dev/launch/paths.mjs";
import { type ServiceProcess, startProcess } from "../../dev/services/process.ts";
import { ApiClient } from "../api-client/client.ts";
import { DemoSession } from "./session.ts";

const USAGE = `npm run demo -- [options]

The whole engine in one process, as npm start, with simulated traders. Its data lies below .data/demo and is
kept: the next run goes on from there.

  --fresh      begin with nothing
  --seed N     decides what the traders do (default 7)
  --port N     where it listens (default 8080)
`;
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 30_000;

const options = readOptions();
const folder = join(dataDirectory, "demo");
if (options.fresh) rmSync(folder, { recursive: true, force: true });

let engine: ServiceProcess | null = null;
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));

const origin = await startEngine();
say("the engine runs; its traders come in");
const session = new DemoSession(new ApiClient({ urls: [origin], token: "dev:demo" }), options.seed);
try {
  const pairs = await session.begin();
  process.stdout.write(
    [
      "",
      "A living market is at",
      "",
      `  ${origin}/`,
      "",
      `${pairs.length} pairs, simulated traders; you are alice there. Ctrl-C ends it, the data stays in ${folder}.`,
      "",
      "",
    ].join("\n"),
  );
  await Promise.all(pairs.map((goOn) => goOn()));
} catch (error) {
  if (!isEnding) {
    process.stderr.write(`${error instanceof Error ? error.message : "unknown fault"}\n`);
    await end(1);
  }
}

/** Starts the engine as a person would, and resolves to its address. */
async function startEngine(): Promise<string> {
  const lines: string[] = [];
  return new Promise((resolve) => {
    const late = setTimeout(() => failed("it was not ready in time"), READY_WITHIN_MS);
    const failed = (words: string) => {
      if (isEnding) return;
      process.stderr.write(`The engine could not be started: ${words}\n${lines.slice(-20).join("\n")}\n`);
      void end(1);
    };
    startProcess({
      name: "engine",
      program: process.execPath,
      args: [inRoot("infra/dev/launch.mjs"), "start"],
      cwd: inRoot(),
      env: {
        ...process.env,
        TRADE_ENGINE_DATA_DIRECTORY: folder,
        TRADE_ENGINE_EMBEDDED_DATA_DIRECTORY: folder,
        TRADE_ENGINE_LOG_LEVEL: "warn",
        ...(options.port !== undefined && { TRADE_ENGINE_SERVER_HTTP_PORT: options.port }),
      },
      onLine: (line) => {
        lines.push(line);
        if (lines.length > 200) lines.shift();
        const found = /^\s+API\s+(http:\/\/\S+)\/api\/v1$/.exec(line)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      },
    }).then(
      (started) => {
        engine = started;
        if (isEnding) void end(0);
        void started.exited.then(({ code }) => failed(`it ended with ${code}`));
      },
      (error: unknown) => failed(error instanceof Error ? error.message : "unknown fault"),
    );
  });
}

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  say("stopping");
  await engine?.stop({ deadlineMs: STOP_WITHIN_MS });
  say("stopped");
  process.exit(code);
}

function readOptions(): { fresh: boolean; seed: number; port: string | undefined } {
  const { values } = readCommandLine(USAGE, {
    options: {
      fresh: { type: "boolean", default: false },
      seed: { type: "string", default: "7" },
      port: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) endUnusable(USAGE, `--seed ${values.seed}: not a whole number`);
  if (!/^\d{1,5}$/.test(values.port ?? "0")) endUnusable(USAGE, `--port ${values.port}: not a port`);
  return { fresh: values.fresh, seed, port: values.port };
}

function say(words: string): void {
  process.stdout.write(`demo │ ${words}\n`);
}
