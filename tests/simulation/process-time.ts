import type { Timers } from "../../engine/engine-ports.ts";
import type { Clock } from "../../engine/ports.ts";
import type { Environment } from "./environment.ts";
import type { SimProcess } from "./process.ts";
import { START_MS } from "./scheduler.ts";

/** A machine's clock: it runs a little fast or slow, is off, and is put right or wrong in jumps. */
export class SimClock implements Clock {
  offsetMs = 0;
  /** Parts per million. */
  driftPpm = 0;
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  nowMs(): number {
    const { nowMs } = this.#environment.scheduler;
    return Math.floor(nowMs + this.offsetMs + ((nowMs - START_MS) * this.driftPpm) / 1_000_000);
  }
}

/** A process's timers: never early, at times late. */
export class SimTimers implements Timers {
  readonly #process: SimProcess;

  constructor(process: SimProcess) {
    this.#process = process;
  }

  schedule(afterMs: number, callback: () => void): () => void {
    return this.#process.later(afterMs + this.#process.random.delayMs(0.2), callback);
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.later(this.#process.random.delayMs(0.1), resolve);
    });
  }
}
