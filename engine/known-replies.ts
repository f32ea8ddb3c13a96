import type { KnownCommand } from "./open-batch.ts";
import type { EngineRecords, JournalBatch } from "./ports.ts";
import { entryAt } from "./wire/journal.ts";
import { encodeReply } from "./wire/reply.ts";

/** Committed batches kept for answering what was just sequenced. */
const KEPT_BATCHES = 32;
/** Outcomes in one reply message. */
const OUTCOMES_PER_REPLY = 500;

/**
 * Answers commands that were sequenced before with their recorded outcomes, out of the last few batches
 * or the journal. Works behind the commits, one look-up at a time. What is asked for meanwhile is answered
 * together, in the order of the history: one look-up a batch, however many ask. (One a command was slower than
 * clients asked again after a take-over under load, and every answer came too late.)
 */
export class KnownReplies {
  readonly #group: string;
  readonly #records: EngineRecords;
  readonly #reply: (address: string, message: Uint8Array) => void;
  readonly #onRecordsError: (cause: unknown) => void;
  readonly #recent: JournalBatch[] = [];
  #last: JournalBatch | null = null;
  #working: Promise<void> | null = null;
  #asked: KnownCommand[] = [];
  #dead = false;

  constructor(
    group: string,
    records: EngineRecords,
    reply: (address: string, message: Uint8Array) => void,
    onRecordsError: (cause: unknown) => void,
  ) {
    this.#group = group;
    this.#records = records;
    this.#reply = reply;
    this.#onRecordsError = onRecordsError;
  }

  committed(batch: JournalBatch): void {
    this.#recent.push(batch);
    if (this.#recent.length > KEPT_BATCHES) this.#recent.shift();
  }

  /** Answers these, whose sequences are all committed. */
  answer(known: readonly KnownCommand[]): void {
    this.#asked.push(...known);
    this.#working ??= this.#work().catch((cause: unknown) => {
      if (!this.#dead) this.#onRecordsError(cause);
    });
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
    while (this.#asked.length > 0 && !this.#dead) {
      const asked = this.#asked;
      this.#asked = [];
      await this.#answer(asked.sort((one, other) => one.sequence - other.sequence));
    }
    this.#working = null;
  }

  async #answer(known: readonly KnownCommand[]): Promise<void> {
    const outcomes = new Map<string, Uint8Array[]>();
    for (const { replyAddress, sequence } of known) {
      if (replyAddress === "") continue;
      const batch = await this.#batchOf(sequence);
      if (this.#dead) return;
      // Older than the journal goes back: who asks finds the order in the records.
      if (batch === null) continue;
      const list = outcomes.get(replyAddress) ?? [];
      outcomes.set(replyAddress, list);
      list.push(entryAt(batch, sequence).outcome);
      if (list.length >= OUTCOMES_PER_REPLY) {
        this.#reply(replyAddress, encodeReply(list));
        outcomes.delete(replyAddress);
      }
    }
    for (const [address, list] of outcomes) this.#reply(address, encodeReply(list));
  }

  async #batchOf(sequence: number): Promise<JournalBatch | null> {
    const holds = (batch: JournalBatch | null): batch is JournalBatch =>
      batch !== null && batch.firstSequence <= sequence && sequence <= batch.lastSequence;
    if (holds(this.#last)) return this.#last;
    this.#last =
      this.#recent.find((batch) => holds(batch)) ?? (await this.#records.journalAt(this.#group, sequence));
    return this.#last;
  }
}
