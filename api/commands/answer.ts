import type { Problem } from "../problem.ts";

/** What a command is answered with, before it becomes a response or an item of a batch. */
export interface Answer {
  readonly status: number;
  readonly body: object;
  /**
   * True when a retry under the same Idempotency-Key gets exactly this again; false when the retry
   * sends the command again.
   */
  readonly certain: boolean;
}

export function refused(body: Problem): Answer {
  return { status: body.status, body, certain: true };
}
