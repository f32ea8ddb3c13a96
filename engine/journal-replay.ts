import { Command } from "./core/command.ts";
import { CommandKind } from "./core/terms.ts";
import { HistoryRefusedError } from "./history-refused-error.ts";
import { enterIds } from "./order-ids.ts";
import type { JournalBatch } from "./ports.ts";
import { RecentRows } from "./recent-rows.ts";
import { RULES_VERSION } from "./rules-version.ts";
import type { History } from "./sequencer.ts";
import { ByteWriter } from "./wire/byte-writer.ts";
import { decodeCommand } from "./wire/command-codec.ts";
import { chainHash, HASH_BYTES, readEntries, sameBytes } from "./wire/journal.ts";
import { encodeOutcome } from "./wire/outcome-encoder.ts";
import { WireFormatError } from "./wire/wire-format-error.ts";

/** Some 50,000 commands: minutes of a busy group. */
const RECENT_BYTES = 16 << 20;

/**
 * A history being rebuilt from the journal, row by row, through the very core that made it. Every row
 * must continue the chain of hashes, and every command must have the outcome that the journal says,
 * to the byte: the history is refused otherwise, by name.
 */
export class JournalReplay {
  readonly history: History;
  readonly #group: string;
  /** Chained hash at `history.sequence`. */
  hash: Uint8Array;
  /** Commands applied. */
  commands = 0;
  /** Of the row applied last; 0: none yet. */
  epoch = 0;
  /** The last rows applied: what is asked for again after a take-over is mostly in these. */
  readonly recent = new RecentRows(RECENT_BYTES);
  readonly #command = new Command();
  readonly #outcome = new ByteWriter();

  constructor(group: string, history: History, hash: Uint8Array) {
    this.#group = group;
    this.history = history;
    this.hash = hash;
  }

  /** Applies the row behind what was applied. Throws a HistoryRefusedError where it does not belong there. */
  apply(batch: JournalBatch): void {
    const { history } = this;
    if (batch.firstSequence !== history.sequence + 1) {
      throw new HistoryRefusedError(
        `the journal goes on with ${batch.firstSequence} behind ${history.sequence}`,
      );
    }
    if (batch.rulesVersion !== RULES_VERSION) {
      throw new HistoryRefusedError(
        `sequence ${batch.firstSequence} was made by rules version ${batch.rulesVersion}; this program knows ${RULES_VERSION}`,
      );
    }
    if (!sameBytes(chainHash(this.hash, this.#group, batch), batch.hash)) {
      throw new HistoryRefusedError(`the chained hash breaks at the row from ${batch.firstSequence}`);
    }
    try {
      for (const entry of readEntries(batch)) this.#applyEntry(entry);
    } catch (cause) {
      if (!(cause instanceof WireFormatError)) throw cause;
      throw new HistoryRefusedError(cause.message, { cause });
    }
    this.recent.add(batch);
    this.hash = batch.hash;
    this.epoch = batch.epoch;
  }

  #applyEntry(entry: { sequence: number; timeMs: number; command: Uint8Array; outcome: Uint8Array }): void {
    const { history } = this;
    const command = this.#command;
    if (!decodeCommand(entry.command, 0, entry.command.length, command)) {
      throw new HistoryRefusedError(`the command at ${entry.sequence} does not decode`);
    }
    command.sequence = entry.sequence;
    command.timeMs = entry.timeMs;
    history.core.apply(command);
    this.#outcome.clear();
    encodeOutcome(history.core, command, history.groupNumber, this.#outcome);
    if (!sameBytes(this.#outcome.view(), entry.outcome)) {
      throw new HistoryRefusedError(
        `the ${commandKindName(command.kind)} at ${entry.sequence} has another outcome than the journal's`,
      );
    }
    history.sequence = entry.sequence;
    history.timeMs = entry.timeMs;
    enterIds(history.recentIds, command, entry.sequence, entry.timeMs);
    this.commands += 1;
  }
}

/** The hash before the first row. */
export const EMPTY_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

function commandKindName(kind: CommandKind): string {
  return Object.entries(CommandKind).find(([, number]) => number === kind)?.[0] ?? String(kind);
}
