/** A signature of 11 bytes, flags, and the length of an extension, which PostgreSQL leaves empty. */
const HEAD_BYTES = 19;
/** How many columns there are (2 bytes), and how long the value of the only one is (4). */
const ROW_HEAD_BYTES = 6;

/**
 * The values of a binary COPY of one column that is never null, behind each other, wherever the stream is cut in pieces. The
 * mark at its end is no whole head of a row, and so is passed over.
 */
export class CopiedValues {
  /** The head that is being read. */
  readonly #head = new DataView(new ArrayBuffer(HEAD_BYTES));
  #headBytes = 0;
  #wanted = HEAD_BYTES;
  /** Of the value that is being read. */
  #bytesLeft = 0;

  /** Parts of values in this piece: views of it. */
  *in(piece: Uint8Array): Generator<Uint8Array, void, undefined> {
    let at = 0;
    while (at < piece.length) {
      if (this.#bytesLeft > 0) {
        const value = piece.subarray(at, at + this.#bytesLeft);
        this.#bytesLeft -= value.length;
        at += value.length;
        yield value;
        continue;
      }
      this.#head.setUint8(this.#headBytes, piece[at] ?? 0);
      this.#headBytes += 1;
      at += 1;
      if (this.#headBytes < this.#wanted) continue;
      if (this.#wanted === ROW_HEAD_BYTES) this.#bytesLeft = this.#head.getInt32(2);
      this.#wanted = ROW_HEAD_BYTES;
      this.#headBytes = 0;
    }
  }
}
