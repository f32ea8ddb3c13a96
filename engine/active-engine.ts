import { CommandFailedError } from "./command-failed-error.ts";
import { Side } from "./core/terms.ts";
import type { EngineEnd, EngineHoldings, EnginePorts, EngineSettings } from "./engine-ports.ts";
import { OpenBatch } from "./open-batch.ts";
import { type CommitBatch, type Delivery, FencedError, RejectedError } from "./ports.ts";
import type { Promotion } from "./promotion.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { commitOf, countedIdsOf, type SealedBatch } from "./sealed-batch.ts";
import { Sequencer } from "./sequencer.ts";
import { type SnapshotSchedule, scheduleOfActive } from "./snapshot-schedule.ts";
import { type PendingSnapshot, snapshotOf, takeSnapshot } from "./taken-snapshot.ts";
import { Teller } from "./teller.ts";

/** A timer is set no further ahead than this, since clocks may be put right meanwhile. */
const MAX_TIMER_MS = 60_000;
/** Whole books of more levels take a moment: they wait until the first answers, for which everybody waits, are out. */
const LARGE_BOOK_LEVELS = 500;
const LARGE_BOOKS_AFTER_MS = 100;
/**
 * A batch takes no further message beyond this: sweeps through deep books, and the ends of sessions, make long
 * outcomes, and a commit that takes long holds up everybody.
 */
const MAX_BATCH_BYTES = 1 << 20;

/**
 * The engine of a group while it owns it: matches what is delivered into the open batch; commits one
 * batch at a time, the next being matched meanwhile; and tells (replies, events, market data,
 * acknowledgement, in this order) only what is committed.
 *
 * The first fault ends it: from then on it tells nobody anything.
 */
export class ActiveEngine {
  readonly #ports: EnginePorts;
  readonly #settings: EngineSettings;
  readonly #promotion: Promotion;
  readonly #onEnd: (end: EngineEnd) => void;
  readonly #batch = new OpenBatch();
  readonly #sequencer: Sequencer;
  readonly #snapshots: SnapshotSchedule;
  readonly #teller: Teller;
  /** Deliveries that wait for room in a batch, from `#inboxHead` on. */
  #inbox: Delivery[] = [];
  #inboxHead = 0;
  /** Chained hash and sequence at the end of the last sealed batch. */
  #hash: Uint8Array;
  #sealedSequence: number;
  #inFlight: Promise<void> | null = null;
  #flushPlanned = false;
  #stopping = false;
  #ended = false;
  /** The core failed: nothing that is not sealed may be committed any more. */
  #unsound = false;
  readonly #wholeBooks = new Set<number>();
  #cancelExpiry: (() => void) | null = null;
  #cancelLargeBooks: (() => void) | null = null;

  constructor(
    ports: EnginePorts,
    settings: EngineSettings,
    promotion: Promotion,
    onEnd: (end: EngineEnd) => void,
  ) {
    const { group, history } = promotion;
    this.#ports = ports;
    this.#settings = settings;
    this.#promotion = promotion;
    this.#onEnd = onEnd;
    this.#hash = group.hash;
    this.#sealedSequence = group.lastSequence;
    this.#sequencer = new Sequencer(history, this.#batch, promotion.failures, ports.observer);
    this.#snapshots = scheduleOfActive(ports, settings, promotion);
    this.#teller = new Teller(ports, settings, promotion, {
      recordsFailed: (cause) => this.#failed(cause),
      booksWanted: (symbols) => {
        for (const symbol of symbols) this.#wholeBooks.add(symbol);
        this.#writeWholeBooks();
      },
    });
  }

  /** Begins: defines the group's symbols if it has none, publishes what is committed, tells the books. */
  start(): void {
    this.#guard(() => {
      const { seed, history } = this.#promotion;
      if (seed.length > 0) this.#sequencer.defineSymbols(seed, this.#ports.clock.nowMs());
      for (const { symbol } of history.core.symbols())
        if (!this.#isLarge(symbol)) this.#wholeBooks.add(symbol);
    });
    this.#teller.start();
    this.#writeWholeBooks();
    this.#cancelLargeBooks = this.#ports.timers.schedule(LARGE_BOOKS_AFTER_MS, () => {
      for (const { symbol } of this.#promotion.history.core.symbols()) {
        if (this.#isLarge(symbol)) this.#wholeBooks.add(symbol);
      }
      this.#writeWholeBooks();
    });
    this.#planExpiry();
    this.#pump();
  }

  #isLarge(symbol: number): boolean {
    const { core } = this.#promotion.history;
    return core.levelCount(symbol, Side.Buy) + core.levelCount(symbol, Side.Sell) > LARGE_BOOK_LEVELS;
  }

  get #takes(): boolean {
    return !this.#ended && !this.#stopping && !this.#unsound;
  }

  /** How much it holds now. */
  holdings(): EngineHoldings {
    const { core } = this.#promotion.history;
    return {
      waitingDeliveries: this.#inbox.length - this.#inboxHead,
      openOrders: core.openOrderCount,
      books: core.symbols().map(({ name, symbol }) => ({
        symbol: name,
        bidLevels: core.levelCount(symbol, Side.Buy),
        askLevels: core.levelCount(symbol, Side.Sell),
      })),
    };
  }

  deliver(delivery: Delivery): void {
    if (!this.#takes) return;
    this.#inbox.push(delivery);
    this.#pump();
  }

  /**
   * Stops cleanly: what was matched is committed and told, a snapshot saved at the last sequence. What
   * was delivered and not yet matched stays unacknowledged, for the next engine.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#inbox = [];
    this.#inboxHead = 0;
    while (!this.#ended && (this.#inFlight !== null || !this.#batch.empty)) {
      if (this.#unsound) return;
      if (this.#inFlight === null) this.#flush();
      await this.#inFlight;
    }
    if (this.#ended || this.#unsound) return;
    this.#cancelExpiry?.();
    const pending = this.#pendingSnapshot();
    this.#snapshots.taken(this.#sealedSequence);
    await Promise.all([
      pending.sequence > 0 ? this.#snapshots.save(snapshotOf(pending)) : null,
      this.#teller.drain(),
    ]);
    this.end({ reason: "stopped" });
  }

  /** Ends it here and now. */
  end(end: EngineEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inbox = [];
    this.#cancelExpiry?.();
    this.#cancelLargeBooks?.();
    this.#teller.silence();
    this.#onEnd(end);
  }

  /** Matches what waits, as far as the batch has room, and sees to it that it gets committed. */
  #pump(): void {
    if (!this.#takes) return;
    const { observer } = this.#ports;
    const before = this.#batch.commands;
    observer.matching?.();
    this.#guard(() => {
      while (this.#inboxHead < this.#inbox.length && this.#hasRoom()) {
        const nowMs = this.#ports.clock.nowMs();
        // What is due ends before anything else happens, in as many batches as that takes.
        const due = this.#sequencer.expireDue(nowMs);
        if (due === "more") continue;
        if (due === "wait") break;
        const { body, tag } = this.#inbox[this.#inboxHead] as Delivery;
        if (!this.#sequencer.deliver(body, tag, nowMs)) break;
        this.#inboxHead += 1;
      }
      if (this.#inboxHead === this.#inbox.length) {
        this.#inbox = [];
        this.#inboxHead = 0;
      }
    });
    observer.matched?.(this.#batch.commands - before);
    this.#planFlush();
  }

  #hasRoom(): boolean {
    const { closed, commands, bytes } = this.#batch;
    return !closed && commands < this.#settings.batchCommands && bytes < MAX_BATCH_BYTES;
  }

  /** Commits at the end of this turn, so that everything that one packet brought goes together. */
  #planFlush(): void {
    if (this.#flushPlanned || this.#inFlight !== null || this.#batch.empty) return;
    this.#flushPlanned = true;
    void Promise.resolve().then(() => {
      this.#flushPlanned = false;
      if (this.#inFlight === null && !this.#batch.empty) this.#flush();
    });
  }

  #flush(): void {
    if (this.#ended || this.#unsound) return;
    const sealed = this.#guard(() => this.#seal());
    if (sealed === undefined) return;
    this.#inFlight = this.#commit(sealed).then(
      () => {
        this.#inFlight = null;
        this.#planExpiry();
        this.#pump();
        // Asked for while the batch was on its way, and nothing may follow it for long.
        this.#writeWholeBooks();
      },
      (cause: unknown) => {
        this.#inFlight = null;
        if (cause instanceof RejectedError) this.#rejected(sealed, cause);
        else this.#failed(cause);
      },
    );
  }

  #seal(): SealedBatch {
    const batch = this.#batch;
    const { core } = this.#promotion.history;
    const commit = batch.commands === 0 ? null : commitOf(batch, core, this.#journalEnd());
    if (commit !== null) {
      this.#hash = commit.journal.hash;
      this.#sealedSequence = commit.journal.lastSequence;
    }
    const moment = this.#moment();
    const sealed: SealedBatch = {
      commit,
      lastTag: batch.lastTag,
      firstIdTimeMs: batch.firstIdTimeMs,
      expiryIds: batch.expiryIds,
      replies: batch.replies,
      known: batch.known,
      bookUpdates: batch.books.take(core, moment, this.#wholeBooks),
      snapshot: this.#dueSnapshot(),
    };
    this.#wholeBooks.clear();
    batch.clear();
    return sealed;
  }

  async #commit(sealed: SealedBatch): Promise<void> {
    if (sealed.commit !== null) {
      const startedMs = this.#ports.clock.nowMs();
      this.#ports.observer.committing?.();
      await this.#ports.records.commit(sealed.commit);
      if (this.#ended) return;
      this.#report(sealed.commit, startedMs, sealed.firstIdTimeMs);
    }
    this.#teller.tell(sealed);
    if (sealed.snapshot !== null) void this.#snapshots.save(snapshotOf(sealed.snapshot));
  }

  /** Whole books of committed state: now if nothing else is open, else at the end of the next batch. */
  #writeWholeBooks(): void {
    if (this.#wholeBooks.size === 0 || !this.#takes) return;
    if (this.#inFlight !== null || !this.#batch.empty) return;
    const { core } = this.#promotion.history;
    const updates = this.#batch.books.take(core, this.#moment(), this.#wholeBooks);
    this.#wholeBooks.clear();
    this.#teller.tellBooks(updates);
  }

  /** Ends what comes due while no command does. */
  #planExpiry(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = null;
    const dueMs = this.#sequencer.nextExpiryMs();
    if (dueMs === 0 || !this.#takes) return;
    const waitMs = Math.max(0, dueMs - this.#ports.clock.nowMs());
    this.#cancelExpiry = this.#ports.timers.schedule(Math.min(waitMs, MAX_TIMER_MS), () => {
      this.#cancelExpiry = null;
      if (!this.#takes) return;
      if (this.#hasRoom()) this.#guard(() => this.#sequencer.expireDue(this.#ports.clock.nowMs()));
      this.#planFlush();
      if (this.#inFlight === null && this.#batch.empty) this.#planExpiry();
    });
  }

  #dueSnapshot(): PendingSnapshot | null {
    if (!this.#snapshots.due(this.#sealedSequence)) return null;
    const startedMs = this.#ports.clock.nowMs();
    const pending = this.#pendingSnapshot();
    this.#snapshots.taken(this.#sealedSequence, Math.max(0, this.#ports.clock.nowMs() - startedMs));
    return pending;
  }

  #pendingSnapshot(): PendingSnapshot {
    return takeSnapshot(
      this.#promotion.history,
      { ...this.#journalEnd(), timeline: this.#promotion.group.timeline },
      this.#ports.clock.nowMs(),
    );
  }

  #journalEnd(): {
    group: string;
    epoch: number;
    sequence: number;
    hash: Uint8Array;
    rulesVersion: number;
  } {
    const { group, epoch } = this.#promotion.group;
    return { group, epoch, sequence: this.#sealedSequence, hash: this.#hash, rulesVersion: RULES_VERSION };
  }

  #moment(): { group: string; timeline: string; epoch: number; sequence: number; timeMs: number } {
    const { group, timeline, epoch } = this.#promotion.group;
    return { group, timeline, epoch, sequence: this.#sealedSequence, timeMs: this.#promotion.history.timeMs };
  }

  #report(commit: CommitBatch, startedMs: number, firstIdTimeMs: number): void {
    const { journal } = commit;
    this.#ports.observer.committed({
      sequence: journal.lastSequence,
      commands: journal.lastSequence - journal.firstSequence + 1,
      commitMs: this.#ports.clock.nowMs() - startedMs,
      payloadBytes: journal.payload.length,
      firstIdTimeMs,
    });
  }

  /** Runs what touches the core; whatever it throws ends the engine. */
  #guard<T>(work: () => T): T | undefined {
    if (this.#ended || this.#unsound) return undefined;
    try {
      return work();
    } catch (cause) {
      this.#commandFailed(cause);
      return undefined;
    }
  }

  /**
   * The core failed on a command. The batch in flight is whole and may finish; what was matched since is
   * forgotten, and will be delivered again to an engine with a sound core.
   */
  #commandFailed(cause: unknown): void {
    this.#unsound = true;
    this.#inbox = [];
    this.#inboxHead = 0;
    const commandId = cause instanceof CommandFailedError ? cause.commandId : "";
    const error = cause instanceof Error ? cause : new Error("the core failed");
    const counted = async (): Promise<number> => {
      await this.#inFlight;
      if (this.#ended) return 0;
      return commandId === "" ? 0 : this.#ports.records.countFailure(this.#settings.group, commandId);
    };
    counted().then(
      (failures) => this.end({ reason: "command-failed", commandId, failures, cause: error }),
      () => this.end({ reason: "command-failed", commandId, failures: 0, cause: error }),
    );
  }

  /**
   * The records will never take this batch. Which of its commands is to blame is not known: each is counted,
   * and the next engine commits each of them alone.
   */
  #rejected(sealed: SealedBatch, cause: RejectedError): void {
    if (this.#ended || this.#unsound) return;
    this.#unsound = true;
    this.#inbox = [];
    this.#inboxHead = 0;
    const ids = countedIdsOf(sealed);
    const commandId = ids.length === 1 ? (ids[0] ?? "") : "";
    const { records } = this.#ports;
    Promise.all(ids.map((id) => records.countFailure(this.#settings.group, id))).then(
      (counts) => this.end({ reason: "command-failed", commandId, failures: Math.max(0, ...counts), cause }),
      () => this.end({ reason: "command-failed", commandId, failures: 0, cause }),
    );
  }

  #failed(cause: unknown): void {
    if (cause instanceof FencedError) this.end({ reason: "fenced" });
    else
      this.end({
        reason: "records-failed",
        cause: cause instanceof Error ? cause : new Error("records failed"),
      });
  }
}
