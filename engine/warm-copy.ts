import type { EngineSettings } from "./engine-ports.ts";
import { HistoryRefusedError } from "./history-refused-error.ts";
import type { JournalReplay } from "./journal-replay.ts";
import type { GroupState } from "./ports.ts";
import { newestCopy, type RecoveredCopy, type RecoveryPorts, replayJournal } from "./recovery.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { SnapshotSchedule } from "./snapshot-schedule.ts";
import { snapshotSteps } from "./taken-snapshot.ts";
import { sameBytes } from "./wire/journal.ts";

/** Rows of the journal that a stand-by takes at a time. */
const ROWS_PER_READ = 64;
/** How often it looks how far the group has got, and whether it is still the same timeline. */
const LOOK_EVERY_MS = 1_000;

/**
 * A stand-by's copy of the group's state, kept up with the journal while another engine is active, so
 * that take-over needs only the tail. It changes nothing but that it saves snapshots, for the active
 * engine, which would have to stand still for each.
 */
export class WarmCopy {
  readonly #ports: RecoveryPorts;
  readonly #settings: EngineSettings;
  #copy: RecoveredCopy | null = null;
  #snapshots: SnapshotSchedule | null = null;
  #following: Promise<void> | null = null;
  #stopped = false;
  #wake: (() => void) | null = null;
  #opened: () => void = () => undefined;
  /** Resolves when there is a copy to go on from, or there will be none. */
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.#opened = resolve;
  });

  constructor(ports: RecoveryPorts, settings: EngineSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Where the newest snapshot stands that it knows of; 0: none. */
  get snapshotSequence(): number {
    return this.#snapshots?.sequence ?? 0;
  }

  /** Follows the journal from the newest snapshot on; rejects where it cannot be read or continued. */
  follow(): Promise<void> {
    this.#following = this.#follow().finally(() => this.#opened());
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
    const { records, clock, timers, observer } = this.#ports;
    const { group: name, followEveryMs } = this.#settings;
    const group = await records.readGroup(name);
    if (this.#stopped) return;
    this.#copy = await newestCopy(this.#ports, group);
    this.#opened();
    const { replay, snapshotSequence } = this.#copy;
    this.#snapshots = this.#scheduleFrom(group, snapshotSequence);
    let end = group.lastSequence;
    let lookedAtMs = clock.nowMs();
    let caughtUp = false;
    let rehearsed = false;
    while (!this.#stopped) {
      const rows = await records.readJournal(name, replay.history.sequence, ROWS_PER_READ);
      for (const row of rows) {
        if (this.#stopped) return;
        replay.apply(row);
      }
      if (rows.length === 0) caughtUp = true;
      const sinceMs = clock.nowMs() - lookedAtMs;
      if (!this.#stopped && (sinceMs >= LOOK_EVERY_MS || sinceMs < 0)) {
        const now = await records.readGroup(name);
        if (now.timeline !== group.timeline) throw new Error("the group has got another timeline");
        end = now.lastSequence;
        lookedAtMs = clock.nowMs();
        // By now it seems to be standing by for longer. What it meets on the records' connection is met here as well.
        if (caughtUp && !rehearsed) this.#ports.rehearse?.().catch(() => undefined);
        rehearsed ||= caughtUp;
      }
      const { sequence } = replay.history;
      observer.followed?.({ sequence, lag: Math.max(0, end - sequence), caughtUp });
      if (caughtUp && !this.#stopped) await this.#maySave(replay, group.timeline);
      if (rows.length > 0) await timers.breathe();
      else if (!this.#stopped) await this.#pause(followEveryMs);
    }
  }

  #scheduleFrom(group: GroupState, sequence: number): SnapshotSchedule {
    const { snapshotEveryCommands: commands, snapshotEveryMs: ms } = this.#settings;
    const { snapshotStores, clock, observer } = this.#ports;
    const place = { group: group.group, timeline: group.timeline };
    return new SnapshotSchedule(snapshotStores, place, { commands, ms }, clock, observer, sequence);
  }

  /**
   * Takes and saves a snapshot when one is due. What it has applied is committed, so that what it saves may be
   * told. A take-over does not wait for it: a snapshot that is not whole by then is dropped.
   */
  async #maySave(replay: JournalReplay, timeline: string): Promise<void> {
    const { history, epoch, hash } = replay;
    if (this.#snapshots?.due(history.sequence) !== true) return;
    const { clock, timers } = this.#ports;
    const { group } = this.#settings;
    const end = { group, timeline, epoch, sequence: history.sequence, hash, rulesVersion: RULES_VERSION };
    const steps = snapshotSteps(history, end, clock.nowMs());
    for (let tookMs = 0; !this.#stopped; await timers.breathe()) {
      const startedMs = clock.nowMs();
      const step = steps.next();
      tookMs += Math.max(0, clock.nowMs() - startedMs);
      if (step.done !== true) continue;
      this.#snapshots.taken(history.sequence, tookMs);
      void this.#snapshots.save(step.value);
      return;
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
