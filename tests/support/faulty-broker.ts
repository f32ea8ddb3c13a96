/** A RabbitMQ of a test file's own, to be stopped, killed, cut off and blocked. */
import type { ChannelModel } from "amqplib";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type PrivateRabbitmq, startRabbitmq } from "../../infra/dev/services/rabbitmq.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { type CommandConsumerOptions, RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import {
  type CommandPublisherOptions,
  RabbitCommandPublisher,
} from "../../infra/rabbitmq/command-publisher.ts";
import { closeConnection, openConnection } from "../../infra/rabbitmq/connection.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export const DEADLINE_MS = 30_000;

/** What a file of fault tests has: a broker, and what was opened in the present test. */
export interface FaultyBroker {
  readonly broker: PrivateRabbitmq;
  newGroup(): string;
  /** Closed after the test, the last one first. */
  opened<T extends { close(): Promise<void> }>(each: T): T;
  openPublisher(options?: Partial<CommandPublisherOptions>): Promise<RabbitCommandPublisher>;
  /** A consumer of the group whose new queue does not wait; not started. */
  collector(options: Partial<CommandConsumerOptions> & { group: string }): Collector;
  /** A wire to the broker that can be cut. */
  openProxy(): Promise<TcpProxy>;
  onBroker<T>(work: (model: ChannelModel) => Promise<T>): Promise<T>;
}

/** Starts a broker before the tests of this file and removes it after them. */
export function useFaultyBroker(): FaultyBroker {
  let broker: PrivateRabbitmq;
  let open: { close(): Promise<void> }[] = [];
  let groups = 0;

  beforeAll(async () => {
    broker = await startRabbitmq();
    console.log(`RabbitMQ ${broker.version}, started for its faults`);
  }, 120_000);
  afterEach(async () => {
    await broker.start();
    for (const each of open.reverse()) await each.close();
    open = [];
  }, 120_000);
  afterAll(() => broker.remove(), 60_000);

  const opened = <T extends { close(): Promise<void> }>(each: T): T => {
    open.push(each);
    return each;
  };
  return {
    get broker() {
      return broker;
    },
    newGroup: () => {
      groups += 1;
      return `faults-${groups}`;
    },
    opened,
    openPublisher: async (options = {}) => {
      const publisher = opened(new RabbitCommandPublisher({ url: broker.url, ...options }));
      await publisher.waitUntilHealthy(DEADLINE_MS);
      return publisher;
    },
    collector: (options) =>
      opened(new Collector(new RabbitCommandConsumer({ url: broker.url, newQueueSettleMs: 0, ...options }))),
    openProxy: async () => opened(await TcpProxy.to(broker.url)),
    onBroker: async (work) => {
      const model = await openConnection({ url: broker.url }, "test");
      try {
        return await work(model);
      } finally {
        await closeConnection(model);
      }
    },
  };
}

/** A consumer and what it was given. */
export class Collector {
  readonly consumer: RabbitCommandConsumer;
  readonly texts: string[] = [];
  lost: Error | null = null;
  losses = 0;

  constructor(consumer: RabbitCommandConsumer) {
    this.consumer = consumer;
  }

  /** @param acknowledges whether each delivery is acknowledged at once */
  async start(acknowledges = true): Promise<this> {
    await this.consumer.start(
      ({ body, tag }) => {
        this.texts.push(Buffer.from(body).toString());
        if (acknowledges) this.consumer.acknowledge(tag);
      },
      (cause) => {
        this.lost = cause;
        this.losses += 1;
      },
    );
    return this;
  }

  waitFor(count: number): Promise<boolean> {
    return waitFor(`${count} deliveries`, DEADLINE_MS, () => this.texts.length >= count || undefined);
  }

  close(): Promise<void> {
    return this.consumer.close();
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
