import type { IdWords } from "./core/command.ts";
import type { Steps } from "./core/steps.ts";
import type { ByteReader } from "./wire/byte-reader.ts";
import type { ByteWriter } from "./wire/byte-writer.ts";

/**
 * Which command ids were sequenced lately, and as what: the memory that makes a command take effect
 * once, however often it is delivered or sent again.
 *
 * Two generations, each dense columns in order of entry with an open-addressed index over them. When
 * the younger is full the older is forgotten whole, so that nothing is ever deleted singly. What was
 * forgotten is known by its time: `forgottenUntilMs`.
 *
 * Only ids count. A command is in here from when it is sequenced on, before it is committed: who
 * answers from here waits for the commit of what holds the sequence.
 */

/** How long an API may send a command again (architecture, "Dedupe"). */
export const RESEND_WINDOW_MS = 10 * 60_000;
/**
 * A generation keeps at least this many: more than one consumer may hold unacknowledged, since these
 * are delivered again however long the engine was away.
 */
const MIN_GENERATION = 1 << 16;
/** Bound of memory: 24 bytes an id, and 8 to 16 of index. */
const MAX_GENERATION = 1 << 21;
const FIRST_CAPACITY = 1 << 12;
const IDS_A_STEP = 1 << 16;

export class RecentIds {
  #young: Generation;
  #old: Generation | null = null;
  readonly #minGeneration: number;
  readonly #maxGeneration: number;
  /** Ids sequenced up to this time may have been forgotten; 0: none was. */
  forgottenUntilMs = 0;
  /** Marked ids of orders among them (`order-ids.ts`), those forgotten included. */
  orders = 0;

  constructor(minGeneration: number = MIN_GENERATION, maxGeneration: number = MAX_GENERATION) {
    this.#minGeneration = minGeneration;
    this.#maxGeneration = maxGeneration;
    this.#young = new Generation();
  }

  get size(): number {
    return this.#young.count + (this.#old?.count ?? 0);
  }

  /** Sequence of the command with this id, or 0 when it is not known. */
  find(id: IdWords): number {
    return this.#young.find(id) || (this.#old?.find(id) ?? 0);
  }

  /** Enters an id that `find` does not know. Times never go back. */
  add(id: IdWords, sequence: number, timeMs: number): void {
    const young = this.#young;
    const spent = young.count >= this.#minGeneration && timeMs - young.firstTimeMs > RESEND_WINDOW_MS;
    if (spent || young.count >= this.#maxGeneration) {
      if (this.#old !== null) this.forgottenUntilMs = this.#old.lastTimeMs;
      this.#old = young;
      this.#young = new Generation();
    }
    this.#young.add(id, sequence, timeMs);
  }

  /** Appends the whole table: what a snapshot carries. Nothing may be added between two steps. */
  *writeSteps(writer: ByteWriter): Steps<void> {
    writer.varint(this.forgottenUntilMs);
    writer.varint(this.orders);
    yield* (this.#old ?? new Generation()).writeSteps(writer);
    yield* this.#young.writeSteps(writer);
  }

  /** Becomes what `write` wrote; failures show in `reader.ok`. */
  read(reader: ByteReader): void {
    this.forgottenUntilMs = reader.varint();
    this.orders = reader.varint();
    const old = Generation.read(reader);
    this.#old = old.count > 0 ? old : null;
    this.#young = Generation.read(reader);
  }
}

class Generation {
  count = 0;
  firstTimeMs = 0;
  lastTimeMs = 0;
  #words = new Uint32Array(FIRST_CAPACITY * 4);
  #sequences = new Float64Array(FIRST_CAPACITY);
  /** Position + 1; 0 is free. Twice as long as the columns, so at most half full. */
  #index = new Int32Array(FIRST_CAPACITY * 2);

  find(id: IdWords): number {
    const index = this.#index;
    const words = this.#words;
    const mask = index.length - 1;
    for (let slot = hashOf(id.a, id.b, id.c, id.d) & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot] as number;
      if (entry === 0) return 0;
      const at = (entry - 1) * 4;
      // The last words differ most: compared first.
      if (words[at + 3] === id.d && words[at + 2] === id.c && words[at + 1] === id.b && words[at] === id.a) {
        return this.#sequences[entry - 1] as number;
      }
    }
  }

  add(id: IdWords, sequence: number, timeMs: number): void {
    if (this.count === this.#sequences.length) this.#grow();
    const position = this.count++;
    const at = position * 4;
    this.#words[at] = id.a;
    this.#words[at + 1] = id.b;
    this.#words[at + 2] = id.c;
    this.#words[at + 3] = id.d;
    this.#sequences[position] = sequence;
    this.#link(position);
    if (position === 0) this.firstTimeMs = timeMs;
    this.lastTimeMs = timeMs;
  }

  *writeSteps(writer: ByteWriter): Steps<void> {
    writer.varint(this.count);
    writer.varint(this.firstTimeMs);
    writer.varint(this.lastTimeMs);
    for (let from = 0; from < this.count; from += IDS_A_STEP) {
      this.#writeIds(writer, from, Math.min(this.count, from + IDS_A_STEP));
      yield;
    }
  }

  #writeIds(writer: ByteWriter, from: number, to: number): void {
    const words = this.#words;
    const sequences = this.#sequences;
    let before = from === 0 ? 0 : (sequences[from - 1] as number);
    for (let position = from; position < to; position++) {
      const at = position * 4;
      const sequence = sequences[position] as number;
      writer.idWords(
        words[at] as number,
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
      );
      writer.varint(sequence - before);
      before = sequence;
    }
  }

  static read(reader: ByteReader): Generation {
    const generation = new Generation();
    const count = reader.bounded(reader.remaining);
    const firstTimeMs = reader.varint();
    const lastTimeMs = reader.varint();
    const id = { a: 0, b: 0, c: 0, d: 0 };
    let sequence = 0;
    for (let position = 0; position < count && reader.ok; position++) {
      reader.id(id);
      sequence += reader.varint();
      generation.add(id, sequence, lastTimeMs);
    }
    generation.firstTimeMs = firstTimeMs;
    generation.lastTimeMs = lastTimeMs;
    return generation;
  }

  #link(position: number): void {
    const words = this.#words;
    const at = position * 4;
    const hash = hashOf(
      words[at] as number,
      words[at + 1] as number,
      words[at + 2] as number,
      words[at + 3] as number,
    );
    const mask = this.#index.length - 1;
    let slot = hash & mask;
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
    this.#index[slot] = position + 1;
  }

  #grow(): void {
    const capacity = this.#sequences.length * 2;
    const words = new Uint32Array(capacity * 4);
    words.set(this.#words);
    const sequences = new Float64Array(capacity);
    sequences.set(this.#sequences);
    this.#words = words;
    this.#sequences = sequences;
    this.#index = new Int32Array(capacity * 2);
    for (let position = 0; position < this.count; position++) this.#link(position);
  }
}

function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ b;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae35) ^ c;
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4_eb2f) ^ d;
  hash = Math.imul(hash ^ (hash >>> 16), 0x1656_67b1);
  return hash ^ (hash >>> 15);
}
