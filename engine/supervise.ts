import type { EngineEnd, EnginePorts, EngineSettings, Timers } from "./engine-ports.ts";
import { Pause } from "./pause.ts";
import { Engine } from "./runner.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** Ports of one engine, all opened for it and closed after it. */
export interface OpenedPorts {
  readonly ports: EnginePorts;
  close(): Promise<void>;
}

export interface Supervision {
  /** Opens everything anew; rejects while something needed cannot be reached. */
  open(): Promise<OpenedPorts>;
  readonly settings: EngineSettings;
  readonly timers: Timers;
  /**
   * Whether to begin again after an end that was not asked for. An engine that was active has a state
   * that nobody should trust any more: a process of its own exits then.
   */
  restarts(end: EngineEnd, wasPromoted: boolean): boolean;
  /** An engine ended, or could not be opened, and another is tried after this long. */
  retrying(cause: EngineEnd | Error, afterMs: number): void;
}

export interface RunningEngine {
  /** The end that nobody recovers from, or `stopped`. */
  readonly ended: Promise<EngineEnd>;
  /** Stops cleanly, and resolves when everything is closed. */
  stop(): Promise<void>;
  /** The engine of now, for health; null between two. */
  current(): Engine | null;
}

/**
 * Runs an engine, and another after it where `restarts` says so: each with ports of its own, since what
 * failed once on a connection is not to be trusted. Between two it backs off, unsubscribed.
 */
export function startEngine(supervision: Supervision): RunningEngine {
  let engine: Engine | null = null;
  let stopping = false;
  const pause = new Pause(supervision.timers);
  const runOne = async (): Promise<{ end: EngineEnd; wasPromoted: boolean }> => {
    const { ports, close } = await supervision.open();
    try {
      engine = new Engine(ports, supervision.settings);
      if (stopping) void engine.stop();
      const end = await engine.run();
      return { end, wasPromoted: engine.wasPromoted };
    } finally {
      engine = null;
      // Why the engine ended is what counts: nothing that is left of its connections is used again.
      await close().catch(() => undefined);
    }
  };
  const run = async (): Promise<EngineEnd> => {
    let waitMs = FIRST_RETRY_MS;
    for (;;) {
      if (stopping) return { reason: "stopped" };
      let cause: EngineEnd | Error;
      try {
        const { end, wasPromoted } = await runOne();
        if (end.reason === "stopped" || !supervision.restarts(end, wasPromoted)) return end;
        if (wasPromoted) waitMs = FIRST_RETRY_MS;
        cause = end;
      } catch (error) {
        cause = error instanceof Error ? error : new Error("cannot be opened");
      }
      if (stopping) continue;
      supervision.retrying(cause, waitMs);
      await pause.for(waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS);
    }
  };
  const ended = run();
  return {
    ended,
    current: () => engine,
    stop: async () => {
      stopping = true;
      pause.cutShort();
      await engine?.stop();
      await ended;
    },
  };
}
