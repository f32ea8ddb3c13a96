import type { JournalBatch } from "./ports.ts";

/** The last rows of the journal, as far as so many bytes go; at least one. */
export class RecentRows {
  readonly #maxBytes: number;
  #rows: JournalBatch[] = [];
  /** Rows before this place are gone. */
  #head = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the row behind those it has. */
  add(row: JournalBatch): void {
    this.#rows.push(row);
    this.#bytes += row.payload.length;
    while (this.#bytes > this.#maxBytes && this.#head < this.#rows.length - 1) {
      this.#bytes -= (this.#rows[this.#head] as JournalBatch).payload.length;
      this.#head += 1;
    }
    if (this.#head > 1_000 && this.#head > this.#rows.length / 2) {
      this.#rows = this.#rows.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The row that holds the sequence, or undefined. */
  find(sequence: number): JournalBatch | undefined {
    let low = this.#head;
    let high = this.#rows.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const row = this.#rows[middle] as JournalBatch;
      if (sequence < row.firstSequence) high = middle - 1;
      else if (sequence > row.lastSequence) low = middle + 1;
      else return row;
    }
    return undefined;
  }
}
