import type { JournalRow } from "../../../db/queries/journal.ts";
import { HistoryRefusedError } from "../../../engine/history-refused-error.ts";
import { parseId } from "../../../engine/ids.ts";
import type { JournalReplay } from "../../../engine/journal-replay.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import type { JournalBatch } from "../../../engine/ports.ts";
import { chainHash, readEntries, sameBytes } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";
import { WireFormatError } from "../../../engine/wire/wire-format-error.ts";
import type { Findings } from "./findings.ts";

const NO_ID = "00000000-0000-0000-0000-000000000000";
const words = { a: 0, b: 0, c: 0, d: 0 };

/**
 * One group's journal, row by row: whether each follows from the one before, and whether the core makes
 * the same of it again. What cannot be trusted any more is said once; the chain is followed to the end.
 */
export class JournalWalk {
  readonly #group: string;
  readonly #groupEpoch: number;
  readonly #findings: Findings;
  #last: JournalBatch | null = null;
  /** Null while there is no state to go on from, and after it went wrong. */
  replay: JournalReplay | null = null;
  /** Why outcomes are not looked at any more; null while they are. */
  brokenAt: string | null = null;

  constructor(group: string, groupEpoch: number, findings: Findings) {
    this.#group = group;
    this.#groupEpoch = groupEpoch;
    this.#findings = findings;
  }

  get lastSequence(): number | null {
    return this.#last?.lastSequence ?? null;
  }

  get lastHash(): Uint8Array | null {
    return this.#last?.hash ?? null;
  }

  /** Takes the next row; its outcomes, or null where they are not to be relied on. */
  take(batch: JournalBatch, startHash: Uint8Array | null): Outcome[] | null {
    const isWhole = this.#follows(batch, this.#last?.hash ?? startHash);
    this.#last = batch;
    if (!isWhole && this.replay !== null)
      this.#breakOff(`the journal row from ${batch.firstSequence} is damaged`);
    const outcomes = this.brokenAt === null ? this.#outcomes(batch) : null;
    if (outcomes !== null) this.#lookForDoubles(outcomes);
    if (this.replay !== null) this.#apply(this.replay, batch);
    return outcomes;
  }

  /** True when the row belongs behind the one before, to the byte. */
  #follows(batch: JournalBatch, previousHash: Uint8Array | null): boolean {
    const { firstSequence, lastSequence, epoch, timeMs } = batch;
    const row = `journal row ${firstSequence} to ${lastSequence}`;
    const say = (fault: string): void => this.#findings.add("journal", `${row}: ${fault}`);
    const last = this.#last;
    let hashIsDue = true;
    if (lastSequence < firstSequence) say("it ends before it begins");
    if (last !== null && firstSequence !== last.lastSequence + 1) {
      hashIsDue = false;
      this.#breakOff(`the journal has a gap or an overlap at ${firstSequence}`);
      say(
        firstSequence > last.lastSequence + 1
          ? `sequences ${last.lastSequence + 1} to ${firstSequence - 1} before it are missing`
          : `the row before goes to ${last.lastSequence} already`,
      );
    }
    if (last !== null && epoch < last.epoch) say(`its epoch ${epoch} is below ${last.epoch} before it`);
    if (epoch > this.#groupEpoch) say(`its epoch ${epoch} is above the group's ${this.#groupEpoch}`);
    if (last !== null && timeMs < last.timeMs) {
      say(`its time ${iso(timeMs)} is before ${iso(last.timeMs)} of the row before`);
    }
    if (!hashIsDue || previousHash === null) return hashIsDue;
    if (sameBytes(chainHash(previousHash, this.#group, batch), batch.hash)) return true;
    say("its hash does not follow from the row before: it, or the hash before it, was changed");
    return false;
  }

  #outcomes(batch: JournalBatch): Outcome[] | null {
    try {
      const outcomes: Outcome[] = [];
      for (const entry of readEntries(batch)) outcomes.push(decodeOutcome(entry.outcome));
      return outcomes;
    } catch (cause) {
      if (!(cause instanceof WireFormatError)) throw cause;
      this.#findings.add(
        "journal",
        `journal row ${batch.firstSequence} to ${batch.lastSequence}: ${cause.message}`,
      );
      this.#breakOff(`the journal row from ${batch.firstSequence} does not read back`);
      return null;
    }
  }

  /** Within the time that a command may be sent again, as the engine itself remembers ids. */
  #lookForDoubles(outcomes: readonly Outcome[]): void {
    const inBatch = new Map<string, number>();
    for (const { commandId, sequence } of outcomes) {
      if (commandId === NO_ID) continue;
      const before =
        inBatch.get(commandId) ?? this.replay?.history.recentIds.find(parseId(commandId, words)) ?? 0;
      if (before !== 0) {
        this.#findings.add(
          "commands",
          `command ${commandId} took effect twice: at ${before} and at ${sequence}`,
        );
      }
      inBatch.set(commandId, sequence);
    }
  }

  #apply(replay: JournalReplay, batch: JournalBatch): void {
    try {
      replay.apply(batch);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const kind = cause instanceof HistoryRefusedError ? "" : "the core fails: ";
      this.#findings.add("replay", `journal row from ${batch.firstSequence}: ${kind}${why}`);
      this.replay = null;
    }
  }

  #breakOff(why: string): void {
    this.brokenAt ??= why;
    this.replay = null;
  }
}

export function toBatch(row: JournalRow): JournalBatch {
  return {
    epoch: Number(row.epoch),
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    timeMs: row.batch_time.getTime(),
    rulesVersion: row.rules_version,
    payload: row.payload,
    hash: row.hash,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
