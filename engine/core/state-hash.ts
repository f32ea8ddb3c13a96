/**
 * A 128-bit hash of bytes (MurmurHash3 x64's shape on four 32-bit lanes): for checking copies against
 * accidents and states against each other, not against forgery. The journal's chain is SHA-256.
 */
export function hashBytes(bytes: Uint8Array, from: number, to: number): Uint32Array {
  const hash = new ByteHash();
  const whole = from + ((to - from) & ~(HASH_BLOCK - 1));
  hash.blocks(bytes, from, whole);
  return hash.end(bytes, whole, to);
}

/** Bytes that are hashed at a time. */
export const HASH_BLOCK = 16;

/** The same hash piece by piece. */
export class ByteHash {
  #a = 0x9747b28c | 0;
  #b = 0x2f0b4c47;
  #c = 0x71d67fff;
  #d = 0x1b873593;
  #length = 0;

  /** Adds whole blocks: `to − from` is a multiple of {@link HASH_BLOCK}. */
  blocks(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let at = from; at < to; at += HASH_BLOCK) {
      a = mix(a, view.getInt32(at, true), 0x239b961b, 0xab0e9789, 19, b, 0x561ccd1b);
      b = mix(b, view.getInt32(at + 4, true), 0xab0e9789, 0x38b34ae5, 17, c, 0x0bcaa747);
      c = mix(c, view.getInt32(at + 8, true), 0x38b34ae5, 0xa1e38b93, 15, d, 0x96cd1c35);
      d = mix(d, view.getInt32(at + 12, true), 0xa1e38b93, 0x239b961b, 13, a, 0x32ac3b17);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
    this.#length += to - from;
  }

  /** Adds what is left, less than a block, and gives the hash's four words. */
  end(bytes: Uint8Array, from: number, to: number): Uint32Array {
    let a = this.#a;
    for (let at = from; at < to; at += 1) {
      a = mix(a, bytes[at]! + 1, 0x239b961b, 0xab0e9789, 19, this.#b, 0x561ccd1b);
    }
    const length = this.#length + to - from;
    let b = this.#b ^ length;
    let c = this.#c ^ length;
    let d = this.#d ^ length;
    a = ((a ^ length) + b + c + d) | 0;
    b = finish(b + a);
    c = finish(c + a);
    d = finish(d + a);
    a = finish(a);
    const sum = (a + b + c + d) | 0;
    return Uint32Array.of(sum, b + sum, c + sum, d + sum);
  }
}

/** The hash as 32 hexadecimal digits. */
export function hashText(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

function mix(
  lane: number,
  word: number,
  first: number,
  second: number,
  turn: number,
  other: number,
  add: number,
): number {
  let key = Math.imul(word, first);
  key = (key << 15) | (key >>> 17);
  let hash = lane ^ Math.imul(key, second);
  hash = (hash << turn) | (hash >>> (32 - turn));
  return (Math.imul(hash + other, 5) + add) | 0;
}

function finish(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
