import type { EngineSettings } from "./engine-ports.ts";
import { HistoryRefusedError } from "./history-refused-error.ts";
import type { GroupState } from "./ports.ts";
import { newestCopy, type RecoveredCopy, type RecoveryPorts, replayJournal } from "./recovery.ts";
import { sameBytes } from "./wire/journal.ts";

/** Rows of the journal that a stand-by takes at a time. */
const ROWS_PER_READ = 64;

/**
 * A stand-by's copy of the group's state, kept up with the journal while another engine is active, so
 * that take-over needs only the tail. It reads and changes nothing else.
 */
export class WarmCopy {
  readonly #ports: RecoveryPorts;
  readonly #settings: EngineSettings;
  #copy: RecoveredCopy | null = null;
  #following: Promise<void> | null = null;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(ports: RecoveryPorts, settings: EngineSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Follows the journal from the newest snapshot on; rejects where it cannot be read or continued. */
  follow(): Promise<void> {
    this.#following = this.#follow();
    return this.#following;
  }

  /**
   * Stops following and gives the copy at the end of the journal, which `group` names: the epoch has
   * been raised, so nobody else moves it any more. A copy that the journal has left behind (a restored
   * database) is made anew. Throws a HistoryRefusedError where the history cannot be continued.
   */
  async take(group: GroupState): Promise<RecoveredCopy> {
    this.stop();
    const followed = await this.#following?.then(
      () => this.#copy,
      () => null,
    );
    if (followed && followed.timeline === group.timeline) {
      const reached = await this.#reach(followed, group).catch(() => false);
      if (reached) return followed;
    }
    const copy = await newestCopy(this.#ports, group);
    await replayJournal(this.#ports, group.group, copy.replay, group.lastSequence);
    if (!sameBytes(copy.replay.hash, group.hash)) {
      throw new HistoryRefusedError(`the group's hash at ${group.lastSequence} is not the journal's`);
    }
    return copy;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async #reach(copy: RecoveredCopy, group: GroupState): Promise<boolean> {
    if (copy.replay.history.sequence > group.lastSequence) return false;
    await replayJournal(this.#ports, group.group, copy.replay, group.lastSequence);
    return sameBytes(copy.replay.hash, group.hash);
  }

  async #follow(): Promise<void> {
    const name = this.#settings.group;
    const { records } = this.#ports;
    const group = await records.readGroup(name);
    if (this.#stopped) return;
    this.#copy = await newestCopy(this.#ports, group);
    const { replay } = this.#copy;
    while (!this.#stopped) {
      const rows = await records.readJournal(name, replay.history.sequence, ROWS_PER_READ);
      for (const row of rows) {
        if (this.#stopped) break;
        replay.apply(row);
      }
      if (rows.length > 0) await this.#ports.timers.breathe();
      else if (!this.#stopped) await this.#pause(this.#settings.followEveryMs);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.timers.schedule(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
