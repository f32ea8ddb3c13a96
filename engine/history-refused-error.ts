/** The journal and this program disagree, by name: going on could only invent a second history. */
export class HistoryRefusedError extends Error {
  override readonly name = "HistoryRefusedError";
}
