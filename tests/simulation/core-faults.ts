import type { Command } from "../../engine/core/command.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { formatId } from "../../engine/ids.ts";
import type { JournalBatch } from "../../engine/ports.ts";
import { salvageCommandId } from "../../engine/wire/command-codec.ts";
import { readEntries } from "../../engine/wire/journal.ts";

/** So often that no number of engines gets over it. */
export const ALWAYS = Number.POSITIVE_INFINITY;

/**
 * Commands on which the core fails half-way, always or a few times: what the engine's counting of
 * failures is for. Replays never meet one, since what failed is not in the journal.
 */
export class CoreFaults {
  readonly #left = new Map<string, number>();
  readonly #unkept = new Set<string>();

  plant(commandId: string, times: number): void {
    this.#left.set(commandId, times);
  }

  /** The records will never take this command, but the core does. */
  plantInRecords(commandId: string): void {
    this.#unkept.add(commandId);
  }

  /** Whether the records refuse this row. What stands in a refused command's place they take. */
  refusesRow(row: JournalBatch): boolean {
    if (this.#unkept.size === 0) return false;
    const id = { a: 0, b: 0, c: 0, d: 0 };
    for (const { command, refused } of readEntries(row)) {
      if (refused.length > 0 || !salvageCommandId(command, id)) continue;
      if (this.#unkept.has(formatId(id))) return true;
    }
    return false;
  }

  isDue(command: Command): boolean {
    if (this.#left.size === 0) return false;
    const id = formatId(command.id);
    const left = this.#left.get(id) ?? 0;
    if (left === 0) return false;
    this.#left.set(id, left - 1);
    return true;
  }

  /** Cores of this program fail so until the returned function is called. */
  install(): () => void {
    const { apply } = MatchingCore.prototype;
    const faults = this;
    MatchingCore.prototype.apply = function (command) {
      apply.call(this, command);
      // The engine's refusal bears the same id, and must work.
      if (command.code === 0 && faults.isDue(command)) throw new Error("planted fault of the core");
    };
    return () => {
      MatchingCore.prototype.apply = apply;
    };
  }
}
