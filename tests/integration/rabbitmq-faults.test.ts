import type { ChannelModel } from "amqplib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CommandConsumer, NotSentError, UnavailableError, UncertainError } from "../../engine/ports.ts";
import {
  type PrivateRabbitmq,
  runRabbitmqControl,
  startRabbitmq,
} from "../../infra/dev/services/rabbitmq.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { type CommandConsumerOptions, RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import {
  type CommandPublisherOptions,
  RabbitCommandPublisher,
} from "../../infra/rabbitmq/command-publisher.ts";
import { closeConnection, openConnection, type RabbitEvent } from "../../infra/rabbitmq/connection.ts";
import { RabbitEventPublisher } from "../../infra/rabbitmq/event-publisher.ts";
import { commandQueueArguments, EVENT_QUEUES, topologyNames } from "../../infra/rabbitmq/topology.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

/** What happens to commands, replies and events when RabbitMQ restarts, is killed, cut off, blocked or deaf. */

const DEADLINE_MS = 30_000;
const names = topologyNames();

let broker: PrivateRabbitmq;
let opened: { close(): Promise<void> }[] = [];
let groups = 0;

beforeAll(async () => {
  broker = await startRabbitmq();
  console.log(`RabbitMQ ${broker.version}, started for its faults`);
}, 120_000);
afterEach(async () => {
  await broker.start();
  for (const each of opened.reverse()) await each.close();
  opened = [];
}, 120_000);
afterAll(() => broker.remove(), 60_000);

function newGroup(): string {
  groups += 1;
  return `faults-${groups}`;
}

async function openPublisher(
  options: Partial<CommandPublisherOptions> = {},
): Promise<RabbitCommandPublisher> {
  const publisher = new RabbitCommandPublisher({ url: broker.url, ...options });
  opened.push(publisher);
  await publisher.waitUntilHealthy(DEADLINE_MS);
  return publisher;
}

class Collector {
  readonly texts: string[] = [];
  readonly consumer: CommandConsumer;
  lost: Error | null = null;

  constructor(options: Partial<CommandConsumerOptions> & { group: string }) {
    this.consumer = new RabbitCommandConsumer({ url: broker.url, newQueueSettleMs: 0, ...options });
    opened.push(this.consumer);
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
      },
    );
    return this;
  }

  waitFor(count: number): Promise<boolean> {
    return waitFor(`${count} deliveries`, DEADLINE_MS, () => this.texts.length >= count || undefined);
  }
}

async function onBroker<T>(work: (model: ChannelModel) => Promise<T>): Promise<T> {
  const model = await openConnection({ url: broker.url }, "test");
  try {
    return await work(model);
  } finally {
    await closeConnection(model);
  }
}

/** Publishes numbered messages one after the other until `stop`; answers which were confirmed. */
function publishOnAndOn(publisher: RabbitCommandPublisher, group: string) {
  const confirmed: string[] = [];
  const faults: Error[] = [];
  let stopped = false;
  let number = 0;
  const running = (async () => {
    while (!stopped) {
      number += 1;
      const text = `${number}`;
      try {
        await publisher.publish(group, bytes(text));
        confirmed.push(text);
      } catch (error) {
        faults.push(error as Error);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  })();
  const stop = async () => {
    stopped = true;
    await running;
  };
  return { confirmed, faults, stop };
}

describe("a command publisher", () => {
  for (const [how, act] of [
    ["restarted", () => broker.restart()],
    ["killed", () => broker.kill().then(() => broker.start())],
  ] as const) {
    it(`loses nothing confirmed and resumes by itself, replies too, when the broker is ${how}`, async () => {
      const group = newGroup();
      // A new queue's first second is the broker's weakest: the settling time is as in production.
      const consumer = await new Collector({ group, newQueueSettleMs: 2_000 }).start();
      const publisher = await openPublisher();
      const address = publisher.replyAddress;
      const publishing = publishOnAndOn(publisher, group);
      await waitFor("some confirms", DEADLINE_MS, () => publishing.confirmed.length > 50 || undefined);
      await act();
      const before = publishing.confirmed.length;
      await publisher.waitUntilHealthy(DEADLINE_MS);
      await waitFor(
        "more confirms",
        DEADLINE_MS,
        () => publishing.confirmed.length > before + 50 || undefined,
      );
      await publishing.stop();
      expect(publishing.faults.length).toBeGreaterThan(0);
      for (const fault of publishing.faults) {
        expect(fault instanceof NotSentError || fault instanceof UncertainError).toBe(true);
      }

      expect(consumer.lost).toBeInstanceOf(Error); // an engine exits at that; here is its successor
      const successor = await new Collector({ group }).start();
      const delivered = () => new Set([...consumer.texts, ...successor.texts]);
      await waitFor("every confirmed message", DEADLINE_MS, () => {
        const seen = delivered();
        return publishing.confirmed.every((text) => seen.has(text)) || undefined;
      });

      expect(publisher.replyAddress).toBe(address);
      const replies: string[] = [];
      publisher.onReply((reply) => replies.push(Buffer.from(reply).toString()));
      successor.consumer.reply(address, bytes("answer"));
      await waitFor("the reply", DEADLINE_MS, () => replies.length > 0 || undefined);
    }, 120_000);
  }

  it("says that it does not know when the connection is cut before the confirm, and resumes", async () => {
    const group = newGroup();
    const consumer = await new Collector({ group }).start();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const publisher = await openPublisher({ url: proxy.through(broker.url) });
    proxy.stall();
    const unknown = Promise.allSettled([1, 2, 3].map((i) => publisher.publish(group, bytes(`stalled ${i}`))));
    proxy.cut();
    proxy.revive();
    for (const each of await unknown) {
      expect(each).toMatchObject({ status: "rejected", reason: expect.any(UncertainError) });
    }
    const refused = publisher.publish(group, bytes("too early"));
    await expect(refused).rejects.toBeInstanceOf(NotSentError);
    await publisher.waitUntilHealthy(DEADLINE_MS);
    await publisher.publish(group, bytes("after"));
    await waitFor("the delivery", DEADLINE_MS, () => consumer.texts.includes("after") || undefined);
    expect(consumer.texts).not.toContain("too early");
  });

  it("bounds the wait for a confirm and what is unconfirmed, while the broker says nothing", async () => {
    const group = newGroup();
    await new Collector({ group }).start();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const publisher = await openPublisher({
      url: proxy.through(broker.url),
      confirmTimeoutMs: 400,
      maxUnconfirmed: 10,
      maxUnconfirmedBytes: 1_000,
    });
    const tooLarge = publisher.publish(group, new Uint8Array(1_001));
    await expect(tooLarge).rejects.toBeInstanceOf(NotSentError);
    proxy.stall();
    const settled = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => publisher.publish(group, bytes(`${i}`))),
    );
    const reasons = settled.map((each) => (each.status === "rejected" ? each.reason.name : "confirmed"));
    expect(reasons).toEqual([
      ...Array.from({ length: 10 }, () => "UncertainError"),
      "NotSentError",
      "NotSentError",
    ]);
    // Timed out is not gone: what the broker may still hold counts until it is settled.
    await expect(publisher.publish(group, bytes("more"))).rejects.toBeInstanceOf(NotSentError);
    proxy.revive();
    const send = () => publisher.publish(group, bytes("again")).then(() => true);
    await waitFor("publishing to work again", DEADLINE_MS, send);
  });

  it("keeps what the driver does not take yet, so that it is certain of it", async () => {
    const group = newGroup();
    await new Collector({ group }).start();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const publisher = await openPublisher({ url: proxy.through(broker.url) });
    proxy.stall();
    const sent = Array.from({ length: 9_000 }, () => publisher.publish(group, new Uint8Array(1_500)));
    const settling = Promise.allSettled(sent);
    await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    proxy.revive();
    const reasons = (await settling).map((each) =>
      each.status === "rejected" ? each.reason.name : "confirmed",
    );
    const firstHeld = reasons.indexOf("NotSentError");
    expect(firstHeld).toBeGreaterThan(0);
    expect(reasons.slice(0, firstHeld).every((reason) => reason === "UncertainError")).toBe(true);
    expect(reasons.slice(firstHeld).every((reason) => reason === "NotSentError")).toBe(true);
  });

  it("says for certain that nothing was sent when the group's queue is deleted", async () => {
    const group = newGroup();
    const consumer = await new Collector({ group }).start();
    const publisher = await openPublisher();
    await publisher.publish(group, bytes("one"));
    await onBroker(async (model) => (await model.createChannel()).deleteQueue(names.commandQueue(group)));
    await expect(publisher.publish(group, bytes("two"))).rejects.toBeInstanceOf(NotSentError);
    await waitFor("the consumer to be lost", DEADLINE_MS, () => consumer.lost ?? undefined);
    const next = await new Collector({ group }).start();
    await publisher.publish(group, bytes("three"));
    await next.waitFor(1);
    expect(next.texts).toEqual(["three"]);
  });

  it("makes the exchange again when it was deleted", async () => {
    const group = newGroup();
    await new Collector({ group }).start();
    const publisher = await openPublisher();
    await onBroker(async (model) => (await model.createChannel()).deleteExchange(names.commandExchange));
    const lost = publisher.publish(group, bytes("into nothing"));
    await expect(lost).rejects.toSatisfy(
      (fault) => fault instanceof UncertainError || fault instanceof NotSentError,
    );
    await publisher.waitUntilHealthy(DEADLINE_MS);
    const next = await new Collector({ group }).start(); // binds the queue again
    const send = () => publisher.publish(group, bytes("found")).then(() => true);
    await waitFor("publishing to work again", DEADLINE_MS, send);
    expect(next.lost).toBeNull();
  });

  it("gets its reply address back though the broker still holds the queue of a connection that vanished", async () => {
    const group = newGroup();
    const consumer = await new Collector({ group }).start();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const events: RabbitEvent[] = [];
    const publisher = await openPublisher({
      url: proxy.through(broker.url),
      heartbeatSeconds: 1,
      observe: (event) => events.push(event),
    });
    proxy.cutClients();
    await waitFor("the loss to be noticed", DEADLINE_MS, () => !publisher.healthy() || undefined);
    await publisher.waitUntilHealthy(DEADLINE_MS);
    expect(events).toContainEqual({ type: "failed", connection: "replies", code: "405" }); // RESOURCE_LOCKED
    const replies: string[] = [];
    publisher.onReply((reply) => replies.push(Buffer.from(reply).toString()));
    consumer.consumer.reply(publisher.replyAddress, bytes("answer"));
    await waitFor("the reply", DEADLINE_MS, () => replies.length > 0 || undefined);
  });

  it("refuses at once while the broker blocks publishers, and goes on afterwards", async () => {
    const group = newGroup();
    await new Collector({ group }).start();
    const publisher = await openPublisher({ confirmTimeoutMs: 1_000 });
    await runRabbitmqControl(broker.control, "set_vm_memory_high_watermark", "0.00001");
    try {
      // The broker tells it to a connection when that publishes next; this one hangs and is not known of.
      const unknown = publisher.publish(group, bytes("blocked"));
      await expect(unknown).rejects.toBeInstanceOf(UncertainError);
      expect(publisher.healthy()).toBe(false);
      const begun = performance.now();
      await expect(publisher.publish(group, bytes("refused"))).rejects.toBeInstanceOf(NotSentError);
      expect(performance.now() - begun).toBeLessThan(500);
    } finally {
      await runRabbitmqControl(broker.control, "set_vm_memory_high_watermark", "0.8");
    }
    await publisher.waitUntilHealthy(DEADLINE_MS);
    await publisher.publish(group, bytes("unblocked"));
  });

  it("needs no right but to publish commands and to read its own replies", async () => {
    const group = newGroup();
    const consumer = await new Collector({ group }).start();
    await runRabbitmqControl(broker.control, "add_user", "api", "secret");
    await runRabbitmqControl(
      broker.control,
      "set_permissions",
      "api",
      "^replies\\.",
      "^commands$",
      "^replies\\.",
    );
    const url = new URL(broker.url);
    url.username = "api";
    url.password = "secret";
    const publisher = await openPublisher({ url: url.href });
    const replies: string[] = [];
    publisher.onReply((reply) => replies.push(Buffer.from(reply).toString()));
    await publisher.publish(group, bytes("allowed"));
    consumer.consumer.reply(publisher.replyAddress, bytes("answer"));
    await waitFor("the reply", DEADLINE_MS, () => replies.length > 0 || undefined);
  });
});

describe("a command consumer", () => {
  it("loses nothing however often its channel is closed: there is no delivery limit", async () => {
    const group = newGroup();
    const publisher = await openPublisher();
    await new Collector({ group }).start(false).then(({ consumer }) => consumer.close());
    const all = Array.from({ length: 20 }, (_, i) => `${i}`);
    await Promise.all(all.map((text) => publisher.publish(group, bytes(text))));
    for (let round = 0; round < 30; round++) {
      const consumer = await new Collector({ group }).start(false);
      await consumer.waitFor(all.length);
      expect(consumer.texts).toEqual(all);
      await consumer.consumer.close();
    }
  }, 60_000);

  it("rejects its start with UnavailableError while the broker is away, and starts when it is back", async () => {
    const group = newGroup();
    await broker.stop();
    const consumer = new Collector({ group });
    await expect(consumer.start()).rejects.toBeInstanceOf(UnavailableError);
    await broker.start();
    await consumer.start();
    const publisher = await openPublisher();
    await publisher.publish(group, bytes("hello"));
    await consumer.waitFor(1);
  }, 120_000);

  it("is told once when its connection is cut, and does nothing more", async () => {
    const group = newGroup();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const consumer = new RabbitCommandConsumer({
      url: proxy.through(broker.url),
      group,
      newQueueSettleMs: 0,
    });
    opened.push(consumer);
    let losses = 0;
    const tags: number[] = [];
    await consumer.start(
      ({ tag }) => tags.push(tag),
      () => {
        losses += 1;
      },
    );
    const publisher = await openPublisher();
    await publisher.publish(group, bytes("one"));
    await waitFor("the delivery", DEADLINE_MS, () => tags.length === 1 || undefined);
    proxy.cut();
    await waitFor("the loss", DEADLINE_MS, () => losses > 0 || undefined);
    consumer.acknowledge(1);
    await consumer.close();
    const successor = await new Collector({ group }).start();
    await successor.waitFor(1);
    expect(losses).toBe(1);
    expect(successor.texts).toEqual(["one"]);
  });

  it("stops and is told when what it calls throws", async () => {
    const group = newGroup();
    const consumer = new RabbitCommandConsumer({ url: broker.url, group, newQueueSettleMs: 0 });
    opened.push(consumer);
    let lost: Error | null = null;
    const fault = new Error("the engine failed");
    await consumer.start(
      () => {
        throw fault;
      },
      (cause) => {
        lost = cause;
      },
    );
    const publisher = await openPublisher();
    await publisher.publish(group, bytes("one"));
    await waitFor("the loss", DEADLINE_MS, () => lost ?? undefined);
    expect(lost).toBe(fault);
    const successor = await new Collector({ group }).start();
    await successor.waitFor(1);
  });

  it("drops replies that the socket does not take, and sends none but to reply queues", async () => {
    const group = newGroup();
    const proxy = await TcpProxy.to(broker.url);
    opened.unshift(proxy);
    const consumer = new RabbitCommandConsumer({
      url: proxy.through(broker.url),
      group,
      newQueueSettleMs: 0,
    });
    opened.push(consumer);
    await consumer.start(
      () => undefined,
      () => undefined,
    );
    consumer.reply(names.commandQueue(group), bytes("a command of its own"));
    expect(consumer.droppedReplies).toBe(1);
    proxy.stall();
    for (let i = 0; i < 20_000; i++) consumer.reply(`${names.replyPrefix}nobody`, new Uint8Array(1_000));
    expect(consumer.droppedReplies).toBeGreaterThan(15_000);
    await expect(consumer.tick()).rejects.toBeInstanceOf(UnavailableError);
  });

  it("refuses a queue that is not what a command queue must be", async () => {
    const group = newGroup();
    await onBroker(async (model) =>
      (await model.createChannel()).assertQueue(names.commandQueue(group), { durable: true }),
    );
    await expect(new Collector({ group }).start()).rejects.toBeInstanceOf(UnavailableError);
  });

  it("asks for no delivery limit in each version's way", () => {
    expect(commandQueueArguments("3.10.8")).not.toHaveProperty("x-delivery-limit");
    expect(commandQueueArguments("3.13.7")).not.toHaveProperty("x-delivery-limit");
    expect(commandQueueArguments("4.0.2")).toMatchObject({ "x-delivery-limit": -1 });
    expect(commandQueueArguments("4.1.0")).toMatchObject({ "x-single-active-consumer": true });
  });
});

describe("an event publisher", () => {
  it("fills the product's queues by kind, and goes on by itself after a restart of the broker", async () => {
    const publisher = new RabbitEventPublisher({ url: broker.url });
    opened.push(publisher);
    await publisher.waitUntilHealthy(DEADLINE_MS);
    const publish = (number: number) =>
      publisher.publish(
        EVENT_QUEUES.map(({ binding }) => ({
          id: `${binding}-${number}`,
          routingKey: binding.replace("#", "BTC-USDT"),
          body: `{"number":${number}}`,
        })),
      );
    await publish(1);
    await broker.stop();
    await expect(publish(2)).rejects.toBeInstanceOf(UnavailableError);
    await broker.start();
    await waitFor("events to be published again", DEADLINE_MS, () => publish(2).then(() => true));
    await onBroker(async (model) => {
      const channel = await model.createChannel();
      for (const { name, binding } of EVENT_QUEUES) {
        const ids: unknown[] = [];
        for (let i = 0; i < 2; i++) {
          const message = await channel.get(names.eventQueue(name), { noAck: true });
          if (message !== false) ids.push(message.properties.messageId);
        }
        expect(ids).toEqual([`${binding}-1`, `${binding}-2`]);
      }
    });
  }, 120_000);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
