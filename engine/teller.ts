import type { EnginePorts, EngineSettings } from "./engine-ports.ts";
import { EventFeed } from "./event-feed.ts";
import { KnownReplies } from "./known-replies.ts";
import { MarketDataFeed } from "./market-data-feed.ts";
import type { BookUpdate, JournalBatch } from "./ports.ts";
import type { Promotion } from "./promotion.ts";
import type { SealedBatch } from "./sealed-batch.ts";
import { encodeReply } from "./wire/reply.ts";

/** How long a clean stop waits for the last events to be confirmed; the next engine sends the rest. */
const DRAIN_MS = 3_000;

export interface TellerListeners {
  /** The records refused or failed while something was looked up or noted in them: the engine must end. */
  recordsFailed(cause: unknown): void;
  /** Readers of these symbols have lost their copy: whole books are wanted. */
  booksWanted(symbols: readonly number[]): void;
}

/**
 * Tells what is committed, and nothing else: replies, events, market data, acknowledgement, in this order.
 * Once it is silenced nothing leaves it any more.
 */
export class Teller {
  readonly #ports: EnginePorts;
  readonly #group: string;
  readonly #timeline: string;
  readonly #known: KnownReplies;
  readonly #events: EventFeed;
  readonly #marketData: MarketDataFeed;
  #silent = false;

  constructor(
    ports: EnginePorts,
    settings: EngineSettings,
    promotion: Promotion,
    listeners: TellerListeners,
  ) {
    const { group, history } = promotion;
    const { observer, records, clock, timers } = ports;
    this.#ports = ports;
    this.#group = group.group;
    this.#timeline = group.timeline;
    this.#known = new KnownReplies(
      group.group,
      records,
      promotion.recent,
      (address, message) => this.#send(address, message),
      (cause) => listeners.recordsFailed(cause),
    );
    this.#events = new EventFeed(
      { records, events: ports.events, clock, timers, observer },
      {
        group: group.group,
        timeline: group.timeline,
        epoch: group.epoch,
        symbolOf: (symbol) => history.core.symbol(symbol),
      },
      { published: group.publishedSequence, committed: group.lastSequence },
      settings.cursorEveryMs,
      (cause) => listeners.recordsFailed(cause),
    );
    this.#marketData = new MarketDataFeed(ports.marketData, timers, observer, (symbols) =>
      listeners.booksWanted(symbols),
    );
  }

  /** Begins with what was committed before and is not published yet. */
  start(): void {
    this.#events.start();
  }

  /** Tells a batch that has just been committed. */
  tell(sealed: SealedBatch): void {
    if (sealed.commit !== null) {
      const { journal } = sealed.commit;
      this.#known.committed(journal);
      this.#reply(sealed, journal);
      this.#events.push(journal);
      this.#ports.marketData.tellCommitted?.({ group: this.#group, timeline: this.#timeline, row: journal });
    }
    if (sealed.known.length > 0) {
      this.#ports.observer.duplicates(sealed.known.length);
      this.#known.answer(sealed.known);
    }
    this.#marketData.push(sealed.bookUpdates);
    if (sealed.lastTag > 0) this.#ports.consumer.acknowledge(sealed.lastTag);
  }

  /** Tells books of committed state. */
  tellBooks(updates: readonly BookUpdate[]): void {
    this.#marketData.push(updates);
  }

  /** Resolves when everything is told, or after a bounded wait. */
  async drain(): Promise<void> {
    await Promise.all([this.#bounded(this.#events.drain()), this.#bounded(this.#known.drain())]);
  }

  silence(): void {
    this.#silent = true;
    this.#events.kill();
    this.#known.kill();
    this.#marketData.close();
  }

  #reply(sealed: SealedBatch, journal: JournalBatch): void {
    for (const [address, ranges] of sealed.replies) {
      const outcomes: Uint8Array[] = [];
      for (let at = 0; at < ranges.length; at += 2) {
        const from = ranges[at] as number;
        outcomes.push(journal.payload.subarray(from, from + (ranges[at + 1] as number)));
      }
      this.#send(address, encodeReply(outcomes));
    }
  }

  #send(address: string, message: Uint8Array): void {
    if (!this.#silent) this.#ports.consumer.reply(address, message);
  }

  #bounded(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.timers.schedule(DRAIN_MS, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      work.then(done, done);
    });
  }
}
