import postgres, { type Sql } from "postgres";
import { type CommandConsumer, type Delivery, UnavailableError } from "../../engine/ports.ts";
import { ACKNOWLEDGE, DECLARE, FETCH, LEAVE, TAKE, TICK } from "./queue-statements.ts";
import type { QueueSwitchboard } from "./queue-switchboard.ts";

const FETCH_MESSAGES = 256;
const FETCH_BYTES = 8 * 1_048_576;
/** Beyond this many unacknowledged deliveries the consumer waits for acknowledgements. */
const MAX_UNACKNOWLEDGED = 2_000;

export interface EmbeddedConsumerOptions {
  readonly url: string;
  readonly group: string;
  readonly switchboard: QueueSwitchboard;
  readonly tickBody: Uint8Array;
  readonly pollEveryMs: number;
}

interface MessageRow {
  readonly message_id: string;
  readonly body: Uint8Array;
}

/**
 * Consumes one group's rows in the order of their ids. Being the only consumer is a lock of this
 * session: it ends with the connection, however the process ends. Acknowledging deletes; what was not
 * acknowledged lies there for the next one. Acknowledgements do not wait for the disk: one that is
 * lost in a crash only means a delivery again, marked as such.
 *
 * Known limit: a process that is paused keeps its session, and with it the queue, until it goes on or
 * is killed.
 */
export class EmbeddedCommandConsumer implements CommandConsumer {
  readonly #options: EmbeddedConsumerOptions;
  readonly #sql: Sql;
  #onDelivery: (delivery: Delivery) => void = () => undefined;
  #onLost: (cause: Error) => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #stopWatching: () => void = () => undefined;
  #wake: () => void = () => undefined;
  /** Something changed since the queue was last looked at. */
  #changed = false;
  #closed = false;
  #lost = false;

  /** Of the session that holds the lock; null: another one is the consumer. */
  #session: number | null = null;
  #redeliveredTo = 0;
  #lastId = 0;
  #lastTag = 0;
  /** Ids of the deliveries not yet acknowledged; the last one's tag is `#lastTag`. */
  readonly #unacknowledged: number[] = [];
  #acknowledgedId = 0;
  #acknowledging: Promise<void> | null = null;

  constructor(options: EmbeddedConsumerOptions) {
    this.#options = options;
    this.#sql = postgres(options.url, {
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: 5,
      fetch_types: false,
      onnotice: () => undefined,
      onclose: () => this.#lose(new Error("the connection closed")),
      connection: {
        application_name: "trade-engine queue consumer",
        synchronous_commit: "off",
        enable_seqscan: "off",
        enable_bitmapscan: "off",
      },
    });
  }

  async start(onDelivery: (delivery: Delivery) => void, onLost: (cause: Error) => void): Promise<void> {
    const { group, switchboard } = this.#options;
    this.#onDelivery = onDelivery;
    try {
      await this.#sql.unsafe(DECLARE, [group]);
      await this.#take();
    } catch (cause) {
      this.#closed = true;
      await this.#sql.end({ timeout: 0 });
      throw new UnavailableError("database", "the queue's database cannot be reached", { cause });
    }
    this.#onLost = onLost;
    this.#stopWatching = switchboard.watch(group, () => {
      this.#changed = true;
      this.#wake();
    });
    this.#running = this.#run();
  }

  acknowledge(tag: number): void {
    const count = this.#unacknowledged.length - (this.#lastTag - tag);
    if (count <= 0) return;
    const ids = this.#unacknowledged.splice(0, count);
    this.#acknowledgedId = ids.at(-1) ?? this.#acknowledgedId;
    this.#acknowledging ??= this.#deleteAcknowledged();
    if (this.#unacknowledged.length + count < MAX_UNACKNOWLEDGED) return;
    this.#changed = true;
    this.#wake();
  }

  reply(address: string, message: Uint8Array): void {
    this.#options.switchboard.reply(address, message);
  }

  async tick(): Promise<void> {
    const { group, tickBody, switchboard } = this.#options;
    try {
      await this.#sql.unsafe(TICK, [group, tickBody], { prepare: true });
    } catch (cause) {
      throw new UnavailableError("database", "cannot put a tick on the queue", { cause });
    }
    switchboard.changed(group);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    this.#wake();
    await this.#running;
    await this.#acknowledging;
    // A server that is gone has ended the session, and with it all that the session held.
    if (!this.#lost) await this.#sql.unsafe(LEAVE).catch(() => undefined);
    await this.#sql.end({ timeout: 1 });
    this.#options.switchboard.changed(this.#options.group);
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed && !this.#lost) {
        this.#changed = false;
        const more = this.#session === null ? await this.#take() : await this.#deliverNext();
        if (!more && !this.#changed) await this.#pause();
      }
    } catch (cause) {
      this.#lose(cause);
    }
  }

  /** True when this session is the consumer from now on. */
  async #take(): Promise<boolean> {
    const [row] = await this.#sql.unsafe<{ redelivered_to: string | null; session: number }[]>(
      TAKE,
      [this.#options.group],
      { prepare: true },
    );
    if (row === undefined || row.redelivered_to === null) return false;
    this.#redeliveredTo = Number(row.redelivered_to);
    this.#session = row.session;
    return true;
  }

  /** False when there was nothing more, or no room for it. */
  async #deliverNext(): Promise<boolean> {
    const room = Math.min(FETCH_MESSAGES, MAX_UNACKNOWLEDGED - this.#unacknowledged.length);
    if (room <= 0) return false;
    const rows = await this.#sql.unsafe<MessageRow[]>(
      FETCH,
      [this.#options.group, this.#lastId, this.#session, room, FETCH_BYTES],
      { prepare: true },
    );
    for (const { message_id, body } of rows) {
      if (this.#closed || this.#lost) return false;
      this.#lastId = Number(message_id);
      this.#lastTag += 1;
      this.#unacknowledged.push(this.#lastId);
      this.#onDelivery({ body, redelivered: this.#lastId <= this.#redeliveredTo, tag: this.#lastTag });
    }
    return rows.length > 0;
  }

  /** Until something changes, or it is time to look for what another process did. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), this.#options.pollEveryMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      if (this.#closed || this.#lost) this.#wake();
    });
  }

  async #deleteAcknowledged(): Promise<void> {
    try {
      let deletedId = 0;
      while (deletedId < this.#acknowledgedId && !this.#lost) {
        deletedId = this.#acknowledgedId;
        await this.#sql.unsafe(ACKNOWLEDGE, [this.#options.group, deletedId], { prepare: true });
      }
    } catch (cause) {
      this.#lose(cause);
    }
    this.#acknowledging = null;
  }

  #lose(cause: unknown): void {
    if (this.#closed || this.#lost) return;
    this.#lost = true;
    this.#wake();
    this.#onLost(new UnavailableError("database", "the queue's connection was lost", { cause }));
  }
}
