import type { Command } from "../../engine/core/command.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { formatId } from "../../engine/ids.ts";

/** So often that no number of engines gets over it. */
export const ALWAYS = Number.POSITIVE_INFINITY;

/**
 * Commands on which the core fails half-way, always or a few times: what the engine's counting of
 * failures is for. Replays never meet one, since what failed is not in the journal.
 */
export class CoreFaults {
  readonly #left = new Map<string, number>();

  plant(commandId: string, times: number): void {
    this.#left.set(commandId, times);
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
