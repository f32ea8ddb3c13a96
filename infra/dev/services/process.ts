/**
 * One program run as a private service: started, watched, stopped, killed.
 *
 * Each runs in a process group of its own, so that Ctrl-C in a terminal reaches its owner first, which stops what
 * it started in the right order. A guard, a tiny shell waiting on a pipe from us, kills the group and removes its
 * folder should we die without stopping it: nothing is left behind, not even by `kill -9`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start. */
export interface ProcessOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A folder of its own to be removed should its owner die. */
  readonly folder?: string;
  /** Called with each line it prints. */
  readonly onLine?: (line: string) => void;
}

/** A running (or ended) service process. */
export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, however it ended. */
  readonly exited: Promise<Exit>;
  /** Whether it runs still. */
  isRunning(): boolean;
  /** Sends a signal to the process and everything it started. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to stop, waits, and kills it when it does not within the deadline. */
  stop(options?: { signal?: NodeJS.Signals; deadlineMs?: number }): Promise<Exit>;
  /** The last lines that it printed, for error messages. */
  lastOutput(): string;
}

const keptLines = 60;
const defaultStopDeadlineMs = 20_000;

/**
 * Starts a program as a private service.
 * @throws when it cannot be started at all
 */
export async function startProcess(options: ProcessOptions): Promise<ServiceProcess> {
  const { name, program, args, env, cwd, folder, onLine } = options;
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(env && { env: withoutUndefined(env) }),
    ...(cwd !== undefined && { cwd }),
  });

  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const pid = await started(child, name);
  const guard = startGuard(pid, folder);

  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    eachLine(stream, (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine?.(line);
    });
  }

  let running = true;
  void exited.then(() => {
    running = false;
    guard.kill("SIGKILL");
  });

  const signalGroup = (signal: NodeJS.Signals): void => {
    if (!running) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended in this very moment; `exited` tells.
    }
  };

  return {
    name,
    pid,
    exited,
    isRunning: () => running,
    signal: signalGroup,
    lastOutput: () => lines.join("\n"),
    async stop({ signal = "SIGTERM", deadlineMs = defaultStopDeadlineMs } = {}) {
      if (running) process.kill(pid, signal); // the program itself: it stops its own children in its order
      const timer = setTimeout(() => signalGroup("SIGKILL"), deadlineMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}

/** Removes a service's folder; what still holds a file in it has just been killed, so it is tried again. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function started(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.once("spawn", () => resolve(child.pid as number));
  });
}

function startGuard(pid: number, folder: string | undefined): ChildProcess {
  const script = 'cat >/dev/null; kill -s KILL -- "-$1"; sleep 1; test -z "$2" || rm -rf -- "$2"';
  const guard = spawn("/bin/sh", ["-c", script, "trade-engine-guard", String(pid), folder ?? ""], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.once("error", () => undefined); // no shell, no guard: the service itself is not worse for it
  guard.unref();
  return guard;
}

function eachLine(stream: NodeJS.ReadableStream, handle: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) handle(part);
  });
  stream.on("end", () => {
    if (rest !== "") handle(rest);
  });
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
