/** Waiting for something to become true, never for luck. */

/** How long between two looks: short enough not to be felt, long enough to leave the processor alone. */
const pauseMs = 25;

/**
 * Looks again and again until `probe` gives something other than undefined (or does not throw), and returns that.
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
  let cause: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= end) throw new Error(`waited ${deadlineMs / 1000} s for ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
