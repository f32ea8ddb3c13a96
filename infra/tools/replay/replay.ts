import type { BatchSender, CommandResult } from "./batch-sender.ts";
import { batchesOf } from "./batches.ts";
import type { FlowCommand } from "./flow-command.ts";
import type { Pace } from "./pace.ts";
import { Tally } from "./tally.ts";

/** What a replay needs, and who hears of it. */
export interface ReplayInput {
  readonly commands: AsyncIterable<FlowCommand>;
  readonly sender: Pick<BatchSender, "send">;
  readonly batch: number;
  readonly pace: Pace;
  /** Commands to send at most. */
  readonly limit: number;
  /** Hears of every command and its answer, in order. */
  onResult?(command: FlowCommand, result: CommandResult): void;
  /** Hears of the counts after each batch. */
  onBatch?(tally: Tally): void;
}

/**
 * Drives an engine with an order flow, strictly in order. When the flow fails (a malformed line) all
 * before it has been sent, and the error comes out; `tally` has the counts either way.
 */
export async function replay(input: ReplayInput, tally: Tally = new Tally()): Promise<Tally> {
  const commands = atMost(input.commands, input.limit);
  for await (const batch of batchesOf(commands, input.batch, input.pace)) {
    const results = await input.sender.send(batch);
    batch.forEach((command, index) => {
      const result = results[index] as CommandResult;
      tally.add(command, result);
      input.onResult?.(command, result);
    });
    input.onBatch?.(tally);
  }
  return tally;
}

async function* atMost<T>(source: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let count = 0;
  for await (const item of source) {
    yield item;
    count += 1;
    if (count >= limit) return;
  }
}
