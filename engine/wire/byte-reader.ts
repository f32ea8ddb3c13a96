import type { IdWords } from "../core/command.ts";
import { readShortText } from "./text-cache.ts";

/** Scale of the eighth group of seven bits, the last that 2^53−1 needs. */
const LAST_GROUP = 2 ** 49;

/**
 * Reads the wire's primitive forms out of bytes that may be anything at all. It never throws: what
 * cannot be read sets `ok` to false, and stays false. Only the one shortest form of a number counts,
 * so that what decodes encodes to the same bytes again.
 */
export class ByteReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  /** False once anything did not fit. */
  ok = true;

  /** Starts at `offset`; a range outside the bytes is not readable. */
  open(bytes: Uint8Array, offset = 0, length: number = bytes.length - offset): this {
    const fits = offset >= 0 && length >= 0 && offset + length <= bytes.length;
    this.#bytes = bytes;
    this.#at = fits ? offset : 0;
    this.#end = fits ? offset + length : 0;
    this.ok = fits;
    return this;
  }

  /** Position in the bytes that were opened. */
  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  /** True when everything was readable and nothing is left over. */
  finished(): boolean {
    return this.ok && this.#at === this.#end;
  }

  fail(): void {
    this.ok = false;
  }

  uint8(): number {
    if (this.#at >= this.#end) return this.#failed();
    return this.#bytes[this.#at++] as number;
  }

  uint16(): number {
    const at = this.#at;
    if (at + 2 > this.#end) return this.#failed();
    this.#at = at + 2;
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  uint32(): number {
    const at = this.#at;
    if (at + 4 > this.#end) return this.#failed();
    const bytes = this.#bytes;
    this.#at = at + 4;
    return (
      (((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number)) >>>
      0
    );
  }

  id(into: IdWords): void {
    into.a = this.uint32();
    into.b = this.uint32();
    into.c = this.uint32();
    into.d = this.uint32();
  }

  /** 0 to 2^53−1. */
  varint(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let value = 0;
    let scale = 1;
    for (;;) {
      if (at >= this.#end) return this.#failed();
      const byte = bytes[at++] as number;
      if (byte < 0x80) {
        // A last group of zero is a longer form of a smaller number.
        if (byte === 0 && scale > 1) return this.#failed();
        value += byte * scale;
        if (value > Number.MAX_SAFE_INTEGER) return this.#failed();
        this.#at = at;
        return value;
      }
      if (scale === LAST_GROUP) return this.#failed();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
  }

  /** A whole number no greater than `limit`. */
  bounded(limit: number): number {
    const value = this.varint();
    if (value > limit) return this.#failed();
    return value;
  }

  /** 0 to 2^106−1. */
  bigint(): bigint {
    const low = this.varint();
    const high = this.varint();
    if (high === 0) return low === 0 ? 0n : BigInt(low);
    return (BigInt(high) << 53n) | BigInt(low);
  }

  bit(): boolean {
    const value = this.uint8();
    if (value > 1) this.ok = false;
    return value === 1;
  }

  /**
   * A text of at most `maxBytes` of UTF-8 without control characters (the records could not hold
   * U+0000, and nothing that a person names has the others).
   */
  text(maxBytes: number): string {
    const length = this.varint();
    const at = this.#at;
    if (!this.ok || length > maxBytes || at + length > this.#end) {
      this.ok = false;
      return "";
    }
    this.#at = at + length;
    const text = readShortText(this.#bytes, at, length);
    if (text === null) {
      this.ok = false;
      return "";
    }
    return text;
  }

  /** Bytes behind their length, as a view of what was opened. */
  block(maxBytes: number = Number.MAX_SAFE_INTEGER): Uint8Array {
    const length = this.varint();
    return this.raw(length > maxBytes ? -1 : length);
  }

  raw(length: number): Uint8Array {
    const at = this.#at;
    if (!this.ok || length < 0 || at + length > this.#end) {
      this.ok = false;
      return new Uint8Array(0);
    }
    this.#at = at + length;
    return this.#bytes.subarray(at, at + length);
  }

  #failed(): number {
    this.ok = false;
    this.#at = this.#end;
    return 0;
  }
}
