import type { FlowCommand } from "./flow-command.ts";
import type { Pace } from "./pace.ts";

/**
 * Gathers commands into batches in their order. A batch goes out when it is full, when the next
 * command is not due yet, or at the end; when the source fails, what was gathered goes out first, so
 * that everything before a malformed line is in the engine and nothing behind it is.
 */
export async function* batchesOf(
  commands: AsyncIterable<FlowCommand>,
  size: number,
  pace: Pace,
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): AsyncGenerator<readonly FlowCommand[]> {
  let batch: FlowCommand[] = [];
  try {
    for await (const command of commands) {
      for (let waitMs = pace.untilDueMs(command.ts); waitMs > 0; waitMs = pace.untilDueMs(command.ts)) {
        if (batch.length > 0) {
          yield batch;
          batch = [];
        } else await sleep(waitMs);
      }
      batch.push(command);
      if (batch.length >= size) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}
