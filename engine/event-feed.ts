import type { EngineObserver, Timers } from "./engine-ports.ts";
import { type EventOrigin, eventsOf } from "./outbound-events.ts";
import { Pause } from "./pause.ts";
import type { Clock, EngineRecords, EventPublisher, JournalBatch } from "./ports.ts";

/** Batches kept in memory for publishing; when the publisher is further behind they are read again. */
const MAX_WAITING_BATCHES = 64;
const JOURNAL_ROWS_PER_READ = 16;
const EVENTS_PER_PUBLISH = 1_000;
const RETRY_AFTER_MS = 500;

export interface EventFeedPorts {
  readonly records: EngineRecords;
  readonly events: EventPublisher;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly observer: EngineObserver;
}

export interface EventFeedOrigin extends EventOrigin {
  /** This engine's epoch: who moves the cursor. */
  readonly epoch: number;
}

/**
 * Walks the journal behind the commits and publishes what it says: events confirmed first, then the
 * cursor moved, so that nothing is skipped whatever happens between. What was published and not yet
 * passed by the cursor is published again by the next engine, under the same ids.
 *
 * Fresh batches are handed over in memory; the journal is read only for what came before, or when the
 * publisher fell behind. A publisher that fails is tried again for as long as the engine lives.
 */
export class EventFeed {
  readonly #ports: EventFeedPorts;
  readonly #origin: EventFeedOrigin;
  readonly #cursorEveryMs: number;
  /** The records refused or failed: the engine must end. */
  readonly #onRecordsError: (cause: unknown) => void;
  #waiting: JournalBatch[] = [];
  /** Published, confirmed. */
  #published: number;
  /** Where the records' cursor stands. */
  #cursor: number;
  #committed: number;
  #movedAtMs = 0;
  #running: Promise<void> | null = null;
  #stopping = false;
  #dead = false;
  #cancelTimer: (() => void) | null = null;
  readonly #pause: Pause;

  constructor(
    ports: EventFeedPorts,
    origin: EventFeedOrigin,
    position: { readonly published: number; readonly committed: number },
    cursorEveryMs: number,
    onRecordsError: (cause: unknown) => void,
  ) {
    this.#ports = ports;
    this.#pause = new Pause(ports.timers);
    this.#origin = origin;
    this.#published = position.published;
    this.#cursor = position.published;
    this.#committed = position.committed;
    this.#cursorEveryMs = cursorEveryMs;
    this.#onRecordsError = onRecordsError;
  }

  /** Begins with what is committed and not yet published. */
  start(): void {
    this.#run();
  }

  /** Takes a batch that was just committed. */
  push(batch: JournalBatch): void {
    this.#committed = batch.lastSequence;
    if (this.#waiting.length >= MAX_WAITING_BATCHES) this.#waiting = [];
    this.#waiting.push(batch);
    this.#run();
  }

  /** Resolves when everything committed is published and the cursor says so, or nothing more can be. */
  async drain(): Promise<void> {
    this.#stopping = true;
    this.#pause.cutShort();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#run();
    await this.#running;
  }

  /** Does nothing more. */
  kill(): void {
    this.#dead = true;
    this.#cancelTimer?.();
    this.#pause.cutShort();
  }

  #run(): void {
    if (this.#running !== null || this.#dead) return;
    this.#running = this.#work().then(
      () => {
        this.#running = null;
        // Something may have come between the last look and now.
        if (!this.#dead && this.#published < this.#committed && !this.#stopping) this.#run();
      },
      (cause: unknown) => {
        this.#running = null;
        if (this.#dead) return;
        this.#dead = true;
        this.#onRecordsError(cause);
      },
    );
  }

  async #work(): Promise<void> {
    while (!this.#dead && this.#published < this.#committed) {
      const batches = await this.#nextBatches();
      if (batches.length === 0) {
        const cause = new Error(`the journal has nothing behind ${this.#published}`);
        this.#ports.observer.degraded("events", cause);
        if (this.#stopping) return;
        await this.#pause.for(RETRY_AFTER_MS);
      }
      for (const batch of batches) {
        if (!(await this.#publish(batch))) return;
        this.#published = batch.lastSequence;
        await this.#moveCursor(false);
      }
    }
    if (!this.#dead) await this.#moveCursor(this.#stopping);
  }

  async #nextBatches(): Promise<readonly JournalBatch[]> {
    while (this.#waiting[0] !== undefined && this.#waiting[0].lastSequence <= this.#published)
      this.#waiting.shift();
    if (this.#waiting[0]?.firstSequence === this.#published + 1) {
      const batches = this.#waiting;
      this.#waiting = [];
      return batches;
    }
    return this.#ports.records.readJournal(this.#origin.group, this.#published, JOURNAL_ROWS_PER_READ);
  }

  /** False where it gave up, because the engine stops or is gone. */
  async #publish(batch: JournalBatch): Promise<boolean> {
    const events = eventsOf(batch, this.#origin);
    for (let from = 0; from < events.length; from += EVENTS_PER_PUBLISH) {
      const part = events.slice(from, from + EVENTS_PER_PUBLISH);
      for (;;) {
        if (this.#dead) return false;
        try {
          await this.#ports.events.publish(part);
          break;
        } catch (cause) {
          if (this.#dead || this.#stopping) return false;
          this.#ports.observer.degraded("events", cause instanceof Error ? cause : new Error("unknown"));
          await this.#pause.for(RETRY_AFTER_MS);
        }
      }
    }
    this.#ports.observer.eventsPublished(batch.lastSequence, events.length);
    return true;
  }

  async #moveCursor(now: boolean): Promise<void> {
    if (this.#cursor === this.#published || this.#dead) return;
    const waitMs = this.#movedAtMs + this.#cursorEveryMs - this.#ports.clock.nowMs();
    if (!now && waitMs > 0 && waitMs <= this.#cursorEveryMs) {
      this.#cancelTimer ??= this.#ports.timers.schedule(waitMs, () => {
        this.#cancelTimer = null;
        this.#run();
      });
      return;
    }
    const sequence = this.#published;
    await this.#ports.records.movePublished(this.#origin.group, this.#origin.epoch, sequence);
    this.#cursor = sequence;
    this.#movedAtMs = this.#ports.clock.nowMs();
  }
}
