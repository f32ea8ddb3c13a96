/** An archive, a target or an argument that cannot be used: one line for the operator. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}
