/** One program of the stack, kept running: when it ends by itself it is started again, as a container would be. */
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { denoArguments } from "../launch/deno-permissions.mjs";
import { inRoot } from "../launch/paths.mjs";
import { denoProgram, nodeProgram } from "../launch/runtimes.mjs";
import { type Exit, type ServiceProcess, startProcess } from "../services/process.ts";

/** Which runtime serves; the sources are the same. */
export type Runtime = "deno" | "node";

/** A program and how it is set up. */
export interface MemberOptions {
  readonly name: string;
  /** Path of the script in the checkout. */
  readonly script: string;
  readonly runtime: Runtime;
  /** Added to the environment of the stack itself. */
  readonly env: Readonly<Record<string, string>>;
  /** The longest pause before it is started again; 8 s unless given. */
  readonly longestPauseMs?: number;
  /** Called with each line it prints, and with what happens to it. */
  readonly onLine: (line: string) => void;
}

/** A running program of the stack. */
export interface Member {
  readonly name: string;
  /** The process id of the one that runs now. */
  pid(): number;
  /** Sends it a signal; should it end of that, it is started again. */
  signal(signal: NodeJS.Signals): void;
  /** Stops it cleanly and for good. */
  stop(): Promise<void>;
}

/** How long a program has to finish what it accepted. */
const stopDeadlineMs = 30_000;

/** The first and the longest pause before a program that ended is started again; each doubles the last. */
const firstPauseMs = 250;
const defaultLongestPauseMs = 8_000;

/** One that ran this long has started well: the next pause is the first again. */
const settledMs = 30_000;

/** Starts a program and keeps it running. */
export async function startMember(options: MemberOptions): Promise<Member> {
  const { name, onLine, longestPauseMs = defaultLongestPauseMs } = options;
  let current = await launch(options);
  const stopping = new AbortController();

  const keepRunning = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    for (;;) {
      const startedAt = Date.now();
      const exit = await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > settledMs) pauseMs = firstPauseMs;
      onLine(`ended ${inWords(exit)}; starting it again in ${pauseMs / 1000} s`);
      // Rejects when the stop comes first, which is looked at next anyway.
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      current = await launch(options);
      if (stopping.signal.aborted) await current.stop({ deadlineMs: stopDeadlineMs });
    }
  };
  const supervision = keepRunning().catch((error: unknown) => onLine(`is given up: ${String(error)}`));

  return {
    name,
    pid: () => current.pid,
    signal: (signal) => current.signal(signal),
    async stop() {
      stopping.abort();
      await current.stop({ deadlineMs: stopDeadlineMs });
      await supervision;
    },
  };
}

/** Runs a program to its end. @throws with its output when it fails */
export async function runOnce(options: MemberOptions): Promise<void> {
  const program = await launch(options);
  const exit = await program.exited;
  if (exit.code !== 0) throw new Error(`${options.name} failed ${inWords(exit)}:\n${program.lastOutput()}`);
}

function launch({ name, script, runtime, env, onLine }: MemberOptions): Promise<ServiceProcess> {
  const path = inRoot(script);
  const [program, args] =
    runtime === "deno" ? [denoProgram(), [...denoArguments("server"), path]] : [nodeProgram(), [path]];
  return startProcess({ name, program, args, env: { ...process.env, ...env }, cwd: inRoot(), onLine });
}

function inWords({ code, signal }: Exit): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
