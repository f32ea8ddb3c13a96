import type { SymbolSpec } from "./core/symbol-spec.ts";
import type { GroupState } from "./ports.ts";
import type { RecentRows } from "./recent-rows.ts";
import type { FailedCommands, History } from "./sequencer.ts";

/** What promotion hands over: the group's row after the epoch was raised, and its state at that point. */
export interface Promotion {
  readonly group: GroupState;
  readonly history: History;
  /** Where the newest snapshot stands that is known of; 0: none. */
  readonly snapshotSequence: number;
  readonly failures: FailedCommands;
  /** The last rows of the journal. */
  readonly recent: RecentRows;
  /** To define first, where the group has no history yet. */
  readonly seed: readonly SymbolSpec[];
}
