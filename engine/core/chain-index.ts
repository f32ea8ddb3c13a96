import { IntColumn } from "./columns.ts";

const FIRST_BUCKETS = 64;

/**
 * A hash index over entry numbers by linear hashing: it grows by one bucket at a time, so no insertion
 * ever rehashes the whole. The caller keeps the keys and compares them:
 * `for (let e = index.first(hash); e >= 0; e = index.next(e)) …`
 */
export class ChainIndex {
  readonly #heads = new IntColumn(-1);
  readonly #next = new IntColumn(-1);
  readonly #hash = new IntColumn(0);
  #buckets = FIRST_BUCKETS;
  /** Buckets of the next full doubling, less one: a power of two less one. */
  #mask = FIRST_BUCKETS * 2 - 1;
  #count = 0;

  /** First entry whose hash may be `hash`, or −1. */
  first(hash: number): number {
    return this.#heads.get(this.#bucketOf(hash));
  }

  next(entry: number): number {
    return this.#next.get(entry);
  }

  insert(entry: number, hash: number): void {
    if (this.#count >= this.#buckets) this.#split();
    const bucket = this.#bucketOf(hash);
    this.#hash.set(entry, hash);
    this.#next.set(entry, this.#heads.get(bucket));
    this.#heads.set(bucket, entry);
    this.#count += 1;
  }

  remove(entry: number): void {
    const bucket = this.#bucketOf(this.#hash.get(entry));
    const after = this.#next.get(entry);
    let at = this.#heads.get(bucket);
    if (at === entry) this.#heads.set(bucket, after);
    else {
      while (this.#next.get(at) !== entry) {
        at = this.#next.get(at);
        if (at < 0) throw new Error("index: the entry to remove is not in its chain");
      }
      this.#next.set(at, after);
    }
    this.#count -= 1;
  }

  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1);
  }

  #split(): void {
    if (this.#buckets > this.#mask) this.#mask = this.#mask * 2 + 1;
    const fresh = this.#buckets;
    const old = fresh & (this.#mask >>> 1);
    this.#buckets += 1;
    let at = this.#heads.get(old);
    let kept = -1;
    let moved = -1;
    while (at >= 0) {
      const after = this.#next.get(at);
      if ((this.#hash.get(at) & this.#mask) === fresh) {
        this.#next.set(at, moved);
        moved = at;
      } else {
        this.#next.set(at, kept);
        kept = at;
      }
      at = after;
    }
    this.#heads.set(old, kept);
    this.#heads.set(fresh, moved);
  }
}

/** A text's hash (FNV-1a over its UTF-16 units, then mixed), from a seed. */
export function textHash(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
