const FIRST_CAPACITY = 1 << 16;

/** Grows a buffer of little-endian words, doubles and texts. */
export class SnapshotWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  /** @param expectedBytes room to begin with, so that large snapshots are not copied as they grow */
  constructor(expectedBytes = 0) {
    this.#bytes = new Uint8Array(Math.max(FIRST_CAPACITY, expectedBytes));
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  word(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** UTF-16 units, so that every text comes back as it was; padded to whole words. */
  text(value: string): void {
    this.word(value.length);
    this.#reserve(value.length * 2 + 2);
    for (let at = 0; at < value.length; at += 1) {
      this.#view.setUint16(this.#length, value.charCodeAt(at), true);
      this.#length += 2;
    }
    if ((value.length & 1) !== 0) {
      this.#view.setUint16(this.#length, 0, true);
      this.#length += 2;
    }
  }

  /** What was written, without a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a {@link SnapshotWriter} wrote; past the end it throws a RangeError. */
export class SnapshotReader {
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, end);
    this.#at = at;
  }

  get finished(): boolean {
    return this.#at === this.#view.byteLength;
  }

  word(): number {
    const value = this.#view.getInt32(this.#at, true);
    this.#at += 4;
    return value;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  text(): string {
    const length = this.word();
    if (length < 0 || length * 2 > this.#view.byteLength - this.#at)
      throw new RangeError("text past the end");
    let text = "";
    for (let at = 0; at < length; at += 1) {
      text += String.fromCharCode(this.#view.getUint16(this.#at, true));
      this.#at += 2;
    }
    if ((length & 1) !== 0) this.#at += 2;
    return text;
  }
}
