import type { CommandConsumer, CommandPublisher } from "../../engine/ports.ts";
import { EmbeddedCommandConsumer } from "./queue-consumer.ts";
import { EmbeddedCommandPublisher } from "./queue-publisher.ts";
import { QueueSwitchboard } from "./queue-switchboard.ts";

export interface EmbeddedQueueOptions {
  /** Straight to PostgreSQL: being the only consumer is a lock of the session. */
  readonly url: string;
  /** What a tick looks like: `engine/wire` owns the format. Default: no bytes. */
  readonly tickBody?: Uint8Array;
  /** How often a consumer looks for what another process did. Default 100 ms. */
  readonly pollEveryMs?: number;
}

/**
 * The command queue of the embedded run, kept in PostgreSQL: as durable as the commit of a row. One
 * of these per process; its publishers and consumers wake each other without waiting for a poll.
 */
export class EmbeddedQueue {
  readonly #options: EmbeddedQueueOptions;
  readonly #switchboard = new QueueSwitchboard();

  constructor(options: EmbeddedQueueOptions) {
    this.#options = options;
  }

  /** Connects. Rejects with UnavailableError when the database cannot be reached. */
  async publisher(): Promise<CommandPublisher> {
    const publisher = new EmbeddedCommandPublisher(this.#options.url, this.#switchboard);
    await publisher.connect();
    return publisher;
  }

  /** A consumer of one group, not yet started. */
  consumer(group: string): CommandConsumer {
    const { url, tickBody = new Uint8Array(0), pollEveryMs = 100 } = this.#options;
    return new EmbeddedCommandConsumer({
      url,
      group,
      switchboard: this.#switchboard,
      tickBody,
      pollEveryMs,
    });
  }
}
