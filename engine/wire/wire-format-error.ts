/**
 * Bytes that an engine wrote (outcomes, replies, journal, snapshots) do not read back: another
 * version's, torn, or not ours. What arrives from outside never throws this: it is refused instead.
 */
export class WireFormatError extends Error {
  override readonly name = "WireFormatError";
}
