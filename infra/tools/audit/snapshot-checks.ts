import { MatchingCore } from "../../../engine/core/matching-core.ts";
import { EMPTY_HASH, JournalReplay } from "../../../engine/journal-replay.ts";
import { RecentIds } from "../../../engine/recent-ids.ts";
import { RULES_VERSION } from "../../../engine/rules-version.ts";
import type { History } from "../../../engine/sequencer.ts";
import { ByteReader } from "../../../engine/wire/byte-reader.ts";
import { sameBytes } from "../../../engine/wire/journal.ts";
import { decodeSnapshotBody, SNAPSHOT_FORMAT_VERSION } from "../../../engine/wire/snapshot.ts";
import type { Findings } from "./findings.ts";
import type { RecordsView } from "./records-view.ts";
import { type GroupRow, SNAPSHOT_HEADS, type SnapshotHead } from "./statements.ts";

/** A replay that begins with the journal. */
export function replayFromBegin(group: GroupRow): JournalReplay {
  const history: History = {
    core: new MatchingCore(),
    recentIds: new RecentIds(),
    groupNumber: group.group_number,
    sequence: 0,
    timeMs: 0,
  };
  return new JournalReplay(group.symbol_group, history, EMPTY_HASH);
}

/** The snapshots of one group in PostgreSQL, held against the journal as it passes them. */
export class SnapshotChecks {
  readonly #view: RecordsView;
  readonly #group: GroupRow;
  readonly #findings: Findings;
  readonly #heads: readonly SnapshotHead[];
  /** Snapshots that a recovery would pass over, and that nothing can be said about. */
  readonly foreign: number;

  private constructor(view: RecordsView, group: GroupRow, findings: Findings, all: readonly SnapshotHead[]) {
    this.#view = view;
    this.#group = group;
    this.#findings = findings;
    this.#heads = all.filter(
      (head) =>
        head.timeline === group.timeline &&
        head.format_version === SNAPSHOT_FORMAT_VERSION &&
        head.rules_version === RULES_VERSION,
    );
    this.foreign = all.length - this.#heads.length;
  }

  static async open(view: RecordsView, group: GroupRow, findings: Findings): Promise<SnapshotChecks> {
    const all = await view.rows<SnapshotHead>(SNAPSHOT_HEADS, [group.symbol_group]);
    return new SnapshotChecks(view, group, findings, all);
  }

  /** Sequence of the oldest one that the journal from `firstSequence` on can be continued from, or null. */
  oldestFrom(firstSequence: number): number | null {
    const head = this.#heads.find(({ sequence }) => Number(sequence) >= firstSequence - 1);
    return head === undefined ? null : Number(head.sequence);
  }

  /** The hash that a snapshot at this sequence names, or null. */
  hashAt(sequence: number): Uint8Array | null {
    return this.#heads.find((head) => Number(head.sequence) === sequence)?.hash ?? null;
  }

  /**
   * Looks at the snapshots of a sequence that the journal has got to.
   * @param hash the journal's there, null where it is not known
   * @param replay the state there, null where it is not known
   * @returns the state in one of them, to go on from
   */
  async at(
    sequence: number,
    hash: Uint8Array | null,
    replay: JournalReplay | null,
  ): Promise<JournalReplay | null> {
    let restored: JournalReplay | null = null;
    for (const head of this.#heads) {
      if (Number(head.sequence) !== sequence) continue;
      if (hash !== null && !sameBytes(head.hash, hash)) {
        this.#findings.add("snapshots", `snapshot at ${sequence}: the journal's hash there is another`);
        continue;
      }
      const own = await this.#restore(head);
      if (own === null) continue;
      if (replay !== null && own.history.core.stateHash() !== replay.history.core.stateHash()) {
        this.#findings.add(
          "snapshots",
          `snapshot at ${sequence}: its books are not what the journal makes of them`,
        );
        continue;
      }
      restored = own;
    }
    return restored;
  }

  /** Says which of them lie behind the end of the journal, or inside a row. */
  atTheEnd(lastSequence: number, passed: ReadonlySet<number>, firstSequence: number): void {
    for (const { sequence } of this.#heads) {
      const at = Number(sequence);
      if (at > lastSequence) {
        this.#findings.add("snapshots", `snapshot at ${at}: the group has only got to ${lastSequence}`);
      } else if (at >= firstSequence && !passed.has(at)) {
        this.#findings.add("snapshots", `snapshot at ${at}: no row of the journal ends there`);
      }
    }
  }

  async #restore(head: SnapshotHead): Promise<JournalReplay | null> {
    const sequence = Number(head.sequence);
    try {
      const stored = await this.#view.snapshotBody(this.#group.symbol_group, head.sequence, head.epoch);
      if (stored === null) throw new Error("its body is not whole");
      const body = decodeSnapshotBody(stored);
      const recentIds = new RecentIds();
      recentIds.read(new ByteReader().open(body.recentIds));
      const core = MatchingCore.restore(body.core);
      const history = {
        core,
        recentIds,
        groupNumber: this.#group.group_number,
        sequence,
        timeMs: body.timeMs,
      };
      return new JournalReplay(this.#group.symbol_group, history, head.hash);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#findings.add("snapshots", `snapshot at ${sequence} does not restore: ${why}`);
      return null;
    }
  }
}
