import type { Command } from "../../engine/core/command.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { Answer } from "./answer.ts";

/** A command ready to be sent, and how to tell the caller what became of it. */
export interface Plan {
  readonly group: string;
  readonly command: Command;
  /** Lower-case UUID. */
  readonly commandId: string;
  /** Status and body for an outcome that is known. */
  answer(outcome: Outcome): Answer | Promise<Answer>;
  /** Body while no outcome is known: the command is durable, or may be. */
  pendingBody(): object;
}
