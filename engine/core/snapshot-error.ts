/** Why bytes are not a snapshot that this core can take. */
export type SnapshotFault =
  /** Not a core's snapshot at all. */
  | "FOREIGN"
  /** Of a format before, or after, the one that this core writes and reads. */
  | "OLDER_FORMAT"
  | "NEWER_FORMAT"
  /** Torn or changed. */
  | "CORRUPT";

export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
  readonly fault: SnapshotFault;

  constructor(fault: SnapshotFault, message: string, options?: ErrorOptions) {
    super(`${fault}: ${message}`, options);
    this.fault = fault;
  }
}
