import type { ServiceProcess } from "../../infra/dev/services/process.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";

const STATE_WITHIN_MS = 300_000;

/** One line of an engine's log. */
export interface LogEntry {
  /** Milliseconds since the epoch, by the engine's clock, which is this machine's. */
  readonly time: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** An engine process and what it logs. */
export class EngineProgram {
  readonly name: string;
  /** Just before it was started, milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly log: LogEntry[] = [];
  #process: ServiceProcess | null = null;

  constructor(name: string, startedAtMs: number) {
    this.name = name;
    this.startedAtMs = startedAtMs;
  }

  runs(process: ServiceProcess): void {
    this.#process = process;
  }

  hear(line: string): void {
    if (!line.startsWith("{")) {
      this.log.push({ time: Date.now(), msg: line });
      return;
    }
    const entry = JSON.parse(line) as { readonly time: string; readonly msg: string };
    this.log.push({ ...entry, time: Date.parse(entry.time) });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** The entry that fits, once there is one. */
  async said(what: string, fits: (entry: LogEntry) => boolean): Promise<LogEntry> {
    return waitFor(`${this.name} to say: ${what}`, STATE_WITHIN_MS, () => {
      if (this.#process?.isRunning() === false) throw new Error(`it ended: ${this.#process.lastOutput()}`);
      return this.log.find(fits);
    });
  }

  reaches(state: string): Promise<LogEntry> {
    return this.said(state, (entry) => entry["state"] === state);
  }

  async kill(): Promise<number> {
    const atMs = performance.timeOrigin + performance.now();
    this.signal("SIGKILL");
    await this.#process?.exited;
    return atMs;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  async stop(): Promise<void> {
    await this.#process?.stop({ deadlineMs: 60_000 });
  }
}
