/** Waiting for something to become true, never for luck. */

import { setTimeout as pause } from "node:timers/promises";

/** How long between two looks: short enough not to be felt, long enough to leave the processor alone. */
const pauseMs = 25;

/**
 * Looks again and again until `probe` gives something other than undefined (or does not throw), and returns that.
 *
 * A look that hangs ends with the deadline too.
 *
 * @param what said in the error, as "waited 10 s for …"
 * @throws after `deadlineMs`, with the last fault as its cause
 */
export async function waitFor<T>(
  what: string,
  deadlineMs: number,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  const ended = pause(deadlineMs, undefined, { ref: false });
  let cause: unknown;
  while (Date.now() < end) {
    try {
      const found = await Promise.race([probe(), ended]);
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(pauseMs);
  }
  throw new Error(`waited ${deadlineMs / 1000} s for ${what}`, { cause });
}
