import type { Outcome } from "../../../engine/outcome.ts";
import type { CommittedRow, JournalBatch } from "../../../engine/ports.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";

export interface FollowerListener {
  /** Every outcome of the group, in order, each once. */
  happened(group: string, timeline: string, outcome: Outcome): Promise<void>;
  /** What happened between cannot be told: everybody begins anew. */
  broken(group: string, reason: "GAP" | "RESTORED"): void;
  /** It stands still until it is asked again: the records cannot be reached, or a row cannot be read. */
  failed(error: unknown): void;
}

/** The journal behind a sequence, in order; rejects while the records cannot be reached. */
export type ReadJournal = (
  group: string,
  after: number,
  sinceMs: number,
  limit: number,
) => Promise<readonly JournalBatch[]>;

const ROWS_PER_READ = 200;
/** Rows kept while others are worked on; beyond that the journal is read. */
const MAX_WAITING = 1_000;
/** Clocks of rows may be a little off each other's. */
const TIME_SLACK_MS = 60_000;

/**
 * Follows the history of one group: rows as they are fanned out, and those that are missing out of the
 * journal, so that nothing is left out and nothing told that is not committed.
 */
export class GroupFollower {
  readonly group: string;
  readonly #read: ReadJournal;
  readonly #listener: FollowerListener;
  timeline: string;
  sequence: number;
  #timeMs: number;
  #waiting: JournalBatch[] = [];
  #isBehind = false;
  #isWorking = false;
  #closed = false;

  /** @param at where it begins: what is behind that is told; `timeMs` no later than the next row's time */
  constructor(
    group: string,
    at: { readonly timeline: string; readonly sequence: number; readonly timeMs: number },
    read: ReadJournal,
    listener: FollowerListener,
  ) {
    this.group = group;
    this.timeline = at.timeline;
    this.sequence = at.sequence;
    this.#timeMs = at.timeMs;
    this.#read = read;
    this.#listener = listener;
  }

  /** Null: some rows were missed. */
  take(committed: CommittedRow | null): void {
    if (committed === null) {
      this.catchUp();
      return;
    }
    // What the records say of another timeline is found out at the next look at them.
    if (committed.timeline !== this.timeline) return;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(committed.row);
    else this.#isBehind = true;
    this.#work();
  }

  /** Where the records stand: whether something is missing, or they are others now. */
  compare(timeline: string, sequence: number): void {
    if (timeline !== this.timeline || sequence < this.sequence) {
      this.timeline = timeline;
      this.sequence = sequence;
      this.#timeMs = 0;
      this.#waiting = [];
      this.#listener.broken(this.group, "RESTORED");
    } else if (sequence > this.sequence) {
      this.catchUp();
    }
  }

  /** Reads what the journal has behind the last row. */
  catchUp(): void {
    this.#isBehind = true;
    this.#work();
  }

  close(): void {
    this.#closed = true;
  }

  #work(): void {
    if (this.#isWorking || this.#closed) return;
    this.#isWorking = true;
    this.#run().then(
      () => {
        this.#isWorking = false;
        if (this.#waiting.length > 0 || this.#isBehind) this.#work();
      },
      (error: unknown) => {
        // The next look at the records goes on.
        this.#isWorking = false;
        this.#listener.failed(error);
      },
    );
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      if (this.#isBehind) {
        await this.#readOn();
        continue;
      }
      const row = this.#waiting.shift();
      if (row === undefined) return;
      if (row.lastSequence <= this.sequence) continue;
      if (row.firstSequence > this.sequence + 1) {
        this.#isBehind = true;
        continue;
      }
      await this.#apply(row);
    }
  }

  async #readOn(): Promise<void> {
    const { timeline, sequence } = this;
    const rows = await this.#read(this.group, sequence, this.#timeMs - TIME_SLACK_MS, ROWS_PER_READ);
    // Meanwhile the records may have become others.
    if (this.#closed || timeline !== this.timeline || sequence !== this.sequence) return;
    if (rows.length < ROWS_PER_READ) this.#isBehind = false;
    for (const row of rows) {
      if (row.firstSequence > this.sequence + 1) {
        this.sequence = row.lastSequence;
        this.#timeMs = row.timeMs;
        this.#listener.broken(this.group, "GAP");
        return;
      }
      await this.#apply(row);
    }
  }

  async #apply(row: JournalBatch): Promise<void> {
    const { timeline } = this;
    for (const entry of readEntries(row)) {
      if (entry.sequence <= this.sequence) continue;
      await this.#listener.happened(this.group, timeline, decodeOutcome(entry.outcome));
      if (this.#closed || timeline !== this.timeline) return;
      this.sequence = entry.sequence;
    }
    this.#timeMs = row.timeMs;
  }
}
