import type { CommandResult } from "./batch-sender.ts";
import type { FlowCommand } from "./flow-command.ts";

/** Counts of a replay. */
export class Tally {
  readonly sent = { place: 0, cancel: 0, reduce: 0 };
  /** `cancel: ORDER_NOT_OPEN` → how many. */
  readonly refusals = new Map<string, number>();
  refused = 0;
  trades = 0;

  get commands(): number {
    return this.sent.place + this.sent.cancel + this.sent.reduce;
  }

  add(command: FlowCommand, result: CommandResult): void {
    this.sent[command.op] += 1;
    this.trades += result.fills.length;
    if (result.refusal === null) return;
    this.refused += 1;
    const reason = `${command.op}: ${result.refusal}`;
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }
}
