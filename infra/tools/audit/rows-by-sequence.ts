/** Rows in the order of their sequence, taken batch by batch as the journal goes on. */
export class RowsBySequence<T extends { readonly sequence: string }> {
  readonly #rows: AsyncGenerator<T, void, undefined>;
  #next: T | null = null;
  #finished = false;
  /** Rows taken so far. */
  taken = 0;

  constructor(rows: AsyncGenerator<T, void, undefined>) {
    this.#rows = rows;
  }

  /** The rows not taken yet whose sequence is at most this. */
  async upTo(sequence: number): Promise<T[]> {
    const taken: T[] = [];
    for (;;) {
      this.#next ??= await this.#read();
      if (this.#next === null || Number(this.#next.sequence) > sequence) break;
      taken.push(this.#next);
      this.#next = null;
    }
    this.taken += taken.length;
    return taken;
  }

  /** The next row, whatever its sequence; null at the end. */
  async next(): Promise<T | null> {
    const row = this.#next ?? (await this.#read());
    this.#next = null;
    if (row !== null) this.taken += 1;
    return row;
  }

  async #read(): Promise<T | null> {
    if (this.#finished) return null;
    const { value, done } = await this.#rows.next();
    if (done === true) {
      this.#finished = true;
      return null;
    }
    return value;
  }
}
