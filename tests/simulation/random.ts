/** Pseudo-random numbers from a seed (sfc32): the same seed gives the same numbers on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param stream keeps the numbers of one part of a run free of what the others draw */
  constructor(seed: number, stream = 0) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) >>> 0;
    this.#c = stream >>> 0;
    for (let round = 0; round < 15; round++) this.word();
  }

  /** 32 random bits. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 up to, not including, 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Whole, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("nothing to choose from");
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** How long something takes that mostly takes about so long, at times ten times that, seldom a hundred. */
  delayMs(typicalMs: number): number {
    const scale = this.fraction();
    const factor = scale < 0.9 ? 1 : scale < 0.99 ? 10 : 100;
    return typicalMs * factor * (0.25 + 1.5 * this.fraction());
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.word() & 0xff;
    return bytes;
  }
}
