import type { IdWords } from "../core/command.ts";

const TEXT = new TextEncoder();
const INITIAL_BYTES = 1_024;

/**
 * A growing byte buffer with the wire's primitive forms. Reused from message to message (`clear`), so
 * that encoding allocates only when something larger than before comes along.
 *
 * Whole numbers are LEB128 (7 bits a byte, low first) up to 2^53−1, texts are UTF-8 behind their
 * length, ids are four big-endian words.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** Bytes written. */
  length = 0;

  constructor(initialBytes: number = INITIAL_BYTES) {
    this.#bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  clear(): void {
    this.length = 0;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  /** What was written from `from` on, without copying: valid until the next write. */
  view(from = 0): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(from, this.length);
  }

  uint8(value: number): void {
    if (this.length + 1 > this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  uint16(value: number): void {
    if (this.length + 2 > this.#bytes.length) this.#grow(2);
    this.#view.setUint16(this.length, value);
    this.length += 2;
  }

  uint32(value: number): void {
    if (this.length + 4 > this.#bytes.length) this.#grow(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
  }

  id(id: IdWords): void {
    this.idWords(id.a, id.b, id.c, id.d);
  }

  idWords(a: number, b: number, c: number, d: number): void {
    if (this.length + 16 > this.#bytes.length) this.#grow(16);
    const view = this.#view;
    const at = this.length;
    view.setUint32(at, a);
    view.setUint32(at + 4, b);
    view.setUint32(at + 8, c);
    view.setUint32(at + 12, d);
    this.length = at + 16;
  }

  /** A whole number from 0 to 2^53−1; anything else is a broken invariant and throws. */
  varint(value: number): void {
    if (this.length + 8 > this.#bytes.length) this.#grow(8);
    const bytes = this.#bytes;
    let at = this.length;
    let rest = value;
    if ((value | 0) !== value || value < 0) {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not encodable: ${value}`);
      // Four groups of seven bits first: what is left of 53 bits fits 32-bit arithmetic.
      for (let group = 0; group < 4; group++) {
        bytes[at++] = (rest % 0x80) | 0x80;
        rest = Math.floor(rest / 0x80);
      }
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  /** `high` × 2^53 + `low`, both from 0 to 2^53−1. */
  limbs(low: number, high: number): void {
    this.varint(low);
    this.varint(high);
  }

  /** A whole number from 0 to 2^106−1, as two limbs of 53 bits. */
  bigint(value: bigint): void {
    if (value < 0n || value >> 106n !== 0n) throw new RangeError(`not encodable: ${value}`);
    this.limbs(Number(BigInt.asUintN(53, value)), Number(value >> 53n));
  }

  text(value: string): void {
    const characters = value.length;
    if (characters < 0x80) {
      if (this.length + 1 + characters > this.#bytes.length) this.#grow(1 + characters);
      const bytes = this.#bytes;
      const start = this.length + 1;
      let at = 0;
      for (; at < characters; at++) {
        const unit = value.charCodeAt(at);
        if (unit > 0x7f) break;
        bytes[start + at] = unit;
      }
      if (at === characters) {
        bytes[this.length] = characters;
        this.length = start + characters;
        return;
      }
    }
    this.block(TEXT.encode(value));
  }

  /** Bytes behind their length. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Puts bytes in at `at`, moving what follows: for a length that is known only afterwards. */
  insertVarint(at: number, value: number): void {
    const end = this.length;
    this.varint(value);
    const size = this.length - end;
    const bytes = this.#bytes;
    const encoded = bytes.slice(end, this.length);
    bytes.copyWithin(at + size, at, end);
    bytes.set(encoded, at);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
