import type { Timers } from "../engine/engine-ports.ts";
import type { Clock } from "../engine/ports.ts";

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** The runtime's timers and event loop. */
export const systemTimers: Timers = {
  schedule: (afterMs, callback) => {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};
