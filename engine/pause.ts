import type { Timers } from "./engine-ports.ts";

/** A wait that can be cut short. One at a time. */
export class Pause {
  readonly #timers: Pick<Timers, "schedule">;
  #end: (() => void) | null = null;

  constructor(timers: Pick<Timers, "schedule">) {
    this.#timers = timers;
  }

  /** Resolves after so many milliseconds, or when `cutShort` is called. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.schedule(ms, resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Ends the wait under way; does nothing where there is none. */
  cutShort(): void {
    this.#end?.();
  }
}
