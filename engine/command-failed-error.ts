/**
 * The core (or the encoding of what it did) failed on a command. What is in memory is not to be
 * trusted any more: the engine must end, tell nobody anything, and be built anew.
 */
export class CommandFailedError extends Error {
  override readonly name = "CommandFailedError";
  /** Canonical UUID that it is counted by. */
  readonly commandId: string;

  constructor(commandId: string, cause: unknown) {
    super("a command made the core fail", { cause });
    this.commandId = commandId;
  }
}
