/**
 * Counts the rows of a binary COPY stream as its pieces go by, wherever they are cut: a head of 19 bytes and an
 * extension, then for each row the number of its fields and each field behind its length (−1: null), at the end −1.
 */
export class CopyRows {
  rows = 0;
  /** True once the end mark has gone by. */
  isComplete = false;
  /** Bytes to pass over before the next number. */
  #skip = 15;
  #wanted: "extension" | "fields" | "length" = "extension";
  #fieldsLeft = 0;
  /** A number of 2 or 4 bytes that is cut in two. */
  #number = 0;
  #numberBytes = 0;

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      this.#number = (this.#number << 8) | (bytes[at] ?? 0);
      this.#numberBytes += 1;
      at += 1;
      if (this.#numberBytes === (this.#wanted === "fields" ? 2 : 4)) this.#take();
    }
  }

  #take(): void {
    const number = this.#number;
    this.#number = 0;
    this.#numberBytes = 0;
    if (this.#wanted === "fields") {
      if (number === 0xffff) this.isComplete = true;
      else {
        this.#fieldsLeft = number;
        this.#wanted = number === 0 ? "fields" : "length";
        this.rows += 1;
      }
      return;
    }
    if (number > 0) this.#skip = number; // −1 is null
    if (this.#wanted === "length") {
      this.#fieldsLeft -= 1;
      if (this.#fieldsLeft > 0) return;
    }
    this.#wanted = "fields";
  }
}
