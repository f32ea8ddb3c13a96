import { BatchProjection } from "./batch-projection.ts";
import { BookChanges } from "./book-changes.ts";
import type { Command } from "./core/command.ts";
import type { MatchingCore } from "./core/matching-core.ts";
import { idTimeMs } from "./ids.ts";
import { ByteWriter } from "./wire/byte-writer.ts";
import { beginPayload, writeEntry } from "./wire/journal.ts";
import { encodeOutcome } from "./wire/outcome-encoder.ts";
import { TouchedOrders } from "./wire/touched-orders.ts";

/** Where the outcomes for one reply address stand in the payload: offset and length, by turns. */
export type ReplyRanges = Map<string, number[]>;

/** A command that was sequenced before: its recorded outcome is the reply. */
export interface KnownCommand {
  readonly replyAddress: string;
  readonly sequence: number;
}

/**
 * The batch that is being matched: the journal's payload, what it changes in the records, who is to be
 * told what, and up to which delivery it goes. Reused from batch to batch (`clear`).
 */
export class OpenBatch {
  /** Sequenced commands. */
  commands = 0;
  firstSequence = 0;
  /** Time of the last command, milliseconds. */
  timeMs = 0;
  /** Time inside the first command's id, milliseconds; 0: none (a command of the engine's own). */
  firstIdTimeMs = 0;
  /** Tag of the last delivery that is in it; 0: none. */
  lastTag = 0;
  /** It holds a command that is to be committed alone: it takes nothing more. */
  closed = false;
  /** What its ExpireDue commands are counted by, should they fail. */
  expiryIds: string[] = [];
  readonly books: BookChanges = new BookChanges();
  readonly projection: BatchProjection = new BatchProjection(this.books);
  replies: ReplyRanges = new Map();
  known: KnownCommand[] = [];
  readonly #payload = new ByteWriter(1 << 16);
  readonly #outcome = new ByteWriter();
  readonly #touched = new TouchedOrders();

  /** Bytes of the payload so far. */
  get bytes(): number {
    return this.#payload.length;
  }

  get empty(): boolean {
    return this.commands === 0 && this.known.length === 0 && this.lastTag === 0;
  }

  /**
   * Adds a command that the core has just applied, with everything that its events say.
   * @param bytes the command as encoded
   * @param refused what arrived, where the command is the Refusal in its place
   * @param replyAddress "" for nobody
   */
  add(
    core: MatchingCore,
    command: Command,
    bytes: Uint8Array,
    refused: Uint8Array | undefined,
    replyAddress: string,
    groupNumber: number,
  ): void {
    if (this.commands === 0) {
      this.firstSequence = command.sequence;
      this.timeMs = command.timeMs;
      this.firstIdTimeMs = idTimeMs(command.id);
      beginPayload(this.#payload, command.timeMs);
    }
    writeEntry(this.#payload, command.timeMs - this.timeMs, bytes, refused);
    this.#outcome.clear();
    encodeOutcome(core, command, groupNumber, this.#outcome, this.#touched);
    this.#payload.block(this.#outcome.view());
    this.commands += 1;
    this.timeMs = command.timeMs;
    this.projection.add(core, command, groupNumber, this.#touched);
    if (replyAddress !== "") this.#noteReply(replyAddress);
  }

  payload(): Uint8Array<ArrayBuffer> {
    return this.#payload.toBytes();
  }

  /** Starts over; what it changed has been taken from `books` and `projection`. */
  clear(): void {
    this.commands = 0;
    this.firstSequence = 0;
    this.timeMs = 0;
    this.firstIdTimeMs = 0;
    this.lastTag = 0;
    this.closed = false;
    this.expiryIds = [];
    this.replies = new Map();
    this.known = [];
    this.#payload.clear();
  }

  #noteReply(replyAddress: string): void {
    const length = this.#outcome.length;
    let ranges = this.replies.get(replyAddress);
    if (ranges === undefined) {
      ranges = [];
      this.replies.set(replyAddress, ranges);
    }
    ranges.push(this.#payload.length - length, length);
  }
}
