import type { Clock } from "../engine/ports.ts";
import type { ServiceCheck } from "./ports.ts";

/**
 * A process whose clock is further off the database's stamps ids that engines refuse, or that look
 * older than they are: it gets no requests.
 */
const MAX_SKEW_MS = 1_000;

/** Compares with the middle of the time that asking took, so that a slow answer is no skew. */
export function clockCheck(clock: Clock, databaseNowMs: () => Promise<number>): ServiceCheck {
  return {
    name: "clock",
    quiet: true,
    check: async () => {
      const askedMs = clock.nowMs();
      const databaseMs = await databaseNowMs();
      const answeredMs = clock.nowMs();
      const uncertaintyMs = (answeredMs - askedMs) / 2;
      return Math.abs(databaseMs - (askedMs + uncertaintyMs)) <= MAX_SKEW_MS + uncertaintyMs;
    },
  };
}
