import type { EngineEnd } from "./engine-ports.ts";

/**
 * Why an engine's process ended, for whoever starts it again. All but 0, 2 and 7 are to be started
 * again as they are.
 *
 * | code | meaning |
 * |---|---|
 * | 0 | stopped cleanly, as asked |
 * | 1 | an error that nobody foresaw |
 * | 2 | a setting that cannot be used |
 * | 3 | fenced: another engine owns the group |
 * | 4 | the records (PostgreSQL) failed |
 * | 5 | the queue's consumer was lost |
 * | 6 | a command made the engine fail; it is counted, and refused at the third time |
 * | 7 | the history cannot be continued by this program: the log says why |
 */
export const EXIT_CODES: Readonly<Record<EngineEnd["reason"], number>> = {
  stopped: 0,
  fenced: 3,
  "records-failed": 4,
  "consumer-lost": 5,
  "command-failed": 6,
  "history-refused": 7,
};
