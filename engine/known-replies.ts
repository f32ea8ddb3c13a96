import type { KnownCommand } from "./open-batch.ts";
import type { EngineRecords, JournalBatch } from "./ports.ts";
import type { RecentRows } from "./recent-rows.ts";
import { readEntries } from "./wire/journal.ts";
import { encodeReply } from "./wire/reply.ts";

/** Outcomes in one reply message. */
const OUTCOMES_PER_REPLY = 500;
/** Rows of the journal that were looked up, kept for whoever asks again. */
const KEPT_LOOK_UPS = 256;
/** What waits for a look-up at most: beyond it the oldest are left out, which are asked again or given up by now. */
const MAX_WAITING = 50_000;

/**
 * Answers commands that were sequenced before with their recorded outcomes: out of the last rows at once, and out
 * of the journal behind the commits, one row after the other, those asked for last first.
 *
 * Who asks waits a few seconds and asks again. After a take-over under load many do, and answers that come in the
 * order of the asking, each a look-up long, would all come too late, for ever.
 */
export class KnownReplies {
  readonly #group: string;
  readonly #records: EngineRecords;
  readonly #recent: RecentRows;
  readonly #reply: (address: string, message: Uint8Array) => void;
  readonly #onRecordsError: (cause: unknown) => void;
  readonly #lookedUp: JournalBatch[] = [];
  /** What waits for a look-up; the last ones asked for are at its end. */
  #waiting: KnownCommand[] = [];
  #working: Promise<void> | null = null;
  #dead = false;

  /** @param recent the last rows of the journal; takes those that are committed */
  constructor(
    group: string,
    records: EngineRecords,
    recent: RecentRows,
    reply: (address: string, message: Uint8Array) => void,
    onRecordsError: (cause: unknown) => void,
  ) {
    this.#group = group;
    this.#records = records;
    this.#recent = recent;
    this.#reply = reply;
    this.#onRecordsError = onRecordsError;
  }

  committed(row: JournalBatch): void {
    this.#recent.add(row);
  }

  /** Answers these, whose sequences are all committed. */
  answer(known: readonly KnownCommand[]): void {
    const byRow = new Map<JournalBatch, KnownCommand[]>();
    for (const command of known) {
      if (command.replyAddress === "") continue;
      const row = this.#rowInMemory(command.sequence);
      if (row === undefined) this.#waiting.push(command);
      else if (byRow.get(row)?.push(command) === undefined) byRow.set(row, [command]);
    }
    for (const [row, commands] of byRow) this.#tell(row, commands);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.splice(0, this.#waiting.length - MAX_WAITING);
    if (this.#waiting.length === 0) return;
    this.#working ??= this.#work().then(
      () => {
        this.#working = null;
      },
      (cause: unknown) => {
        if (!this.#dead) this.#onRecordsError(cause);
      },
    );
  }

  /** Resolves when everything asked for is answered. */
  async drain(): Promise<void> {
    await this.#working;
  }

  kill(): void {
    this.#dead = true;
  }

  async #work(): Promise<void> {
    // Behind whoever asks: what else the same batch asks for comes along.
    await Promise.resolve();
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const row = this.#rowInMemory(next.sequence) ?? (await this.#look(next.sequence));
      if (this.#dead) return;
      // Older than the journal goes back: who asks finds the order in the records.
      if (row === null) continue;
      const ofRow = [next];
      const others: KnownCommand[] = [];
      for (const command of this.#waiting) (holds(row, command.sequence) ? ofRow : others).push(command);
      this.#waiting = others;
      this.#tell(row, ofRow);
    }
  }

  #rowInMemory(sequence: number): JournalBatch | undefined {
    return this.#recent.find(sequence) ?? this.#lookedUp.find((row) => holds(row, sequence));
  }

  async #look(sequence: number): Promise<JournalBatch | null> {
    const row = await this.#records.journalAt(this.#group, sequence);
    if (row === null) return null;
    this.#lookedUp.push(row);
    if (this.#lookedUp.length > KEPT_LOOK_UPS) this.#lookedUp.shift();
    return row;
  }

  #tell(row: JournalBatch, commands: readonly KnownCommand[]): void {
    const addresses = new Map<number, Set<string>>();
    for (const { sequence, replyAddress } of commands) {
      const known = addresses.get(sequence);
      if (known === undefined) addresses.set(sequence, new Set([replyAddress]));
      else known.add(replyAddress);
    }
    const outcomes = new Map<string, Uint8Array[]>();
    for (const { sequence, outcome } of readEntries(row)) {
      for (const address of addresses.get(sequence) ?? []) {
        const list = outcomes.get(address) ?? [];
        outcomes.set(address, list);
        list.push(outcome);
      }
    }
    for (const [address, list] of outcomes) {
      for (let from = 0; from < list.length; from += OUTCOMES_PER_REPLY) {
        this.#reply(address, encodeReply(list.slice(from, from + OUTCOMES_PER_REPLY)));
      }
    }
  }
}

function holds(row: JournalBatch, sequence: number): boolean {
  return row.firstSequence <= sequence && sequence <= row.lastSequence;
}
