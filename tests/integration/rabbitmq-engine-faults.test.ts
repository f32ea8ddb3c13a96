import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { NotSentError, UnavailableError } from "../../engine/ports.ts";
import { runRabbitmqControl } from "../../infra/dev/services/rabbitmq.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import { RabbitEventPublisher } from "../../infra/rabbitmq/event-publisher.ts";
import { commandQueueArguments, EVENT_QUEUES, topologyNames } from "../../infra/rabbitmq/topology.ts";
import { bytes, DEADLINE_MS, useFaultyBroker } from "../support/faulty-broker.ts";

/** What happens to an engine's side of the queue, and to events, when RabbitMQ stops, is cut off or deaf. */

const names = topologyNames();
const faulty = useFaultyBroker();

describe("a command consumer", () => {
  it("loses nothing however often its channel is closed: there is no delivery limit", async () => {
    const group = faulty.newGroup();
    const publisher = await faulty.openPublisher();
    await faulty
      .collector({ group })
      .start(false)
      .then(({ consumer }) => consumer.close());
    const all = Array.from({ length: 20 }, (_, i) => `${i}`);
    await Promise.all(all.map((text) => publisher.publish(group, bytes(text))));
    for (let round = 0; round < 30; round++) {
      const consumer = await faulty.collector({ group }).start(false);
      await consumer.waitFor(all.length);
      expect(consumer.texts).toEqual(all);
      await consumer.consumer.close();
    }
  }, 60_000);

  it("rejects its start with UnavailableError while the broker is away, and starts when it is back", async () => {
    const group = faulty.newGroup();
    await faulty.broker.stop();
    const consumer = faulty.collector({ group });
    await expect(consumer.start()).rejects.toBeInstanceOf(UnavailableError);
    await faulty.broker.start();
    await consumer.start();
    const publisher = await faulty.openPublisher();
    await publisher.publish(group, bytes("hello"));
    await consumer.waitFor(1);
  }, 120_000);

  it("is told once when its connection is cut, and does nothing more", async () => {
    const group = faulty.newGroup();
    const proxy = await faulty.openProxy();
    const cutOff = await faulty.collector({ group, url: proxy.through(faulty.broker.url) }).start(false);
    const publisher = await faulty.openPublisher();
    await publisher.publish(group, bytes("one"));
    await cutOff.waitFor(1);
    proxy.cut();
    await waitFor("the loss", DEADLINE_MS, () => cutOff.lost ?? undefined);
    cutOff.consumer.acknowledge(1);
    await cutOff.close();
    const successor = await faulty.collector({ group }).start();
    await successor.waitFor(1);
    expect(cutOff.losses).toBe(1);
    expect(successor.texts).toEqual(["one"]);
  });

  it("is told within seconds when the broker falls silent", async () => {
    const group = faulty.newGroup();
    const proxy = await faulty.openProxy();
    const url = proxy.through(faulty.broker.url);
    const cutOff = await faulty.collector({ group, url, heartbeatSeconds: 1 }).start();
    proxy.stall();
    await waitFor("the loss", 10_000, () => cutOff.lost ?? undefined);
  });

  it("stops and is told when what it calls throws", async () => {
    const group = faulty.newGroup();
    const { consumer } = faulty.collector({ group });
    const fault = new Error("the engine failed");
    const lost = new Promise<Error>((resolve) => {
      void consumer.start(() => {
        throw fault;
      }, resolve);
    });
    // Its queue may not be there yet.
    const publisher = await faulty.openPublisher();
    await waitFor("a place for it", DEADLINE_MS, () =>
      publisher.publish(group, bytes("one")).then(() => true),
    );
    expect(await lost).toBe(fault);
    const successor = await faulty.collector({ group }).start();
    await successor.waitFor(1);
  });

  it("drops replies that the socket does not take, and sends none but to reply queues", async () => {
    const group = faulty.newGroup();
    const proxy = await faulty.openProxy();
    const { consumer } = await faulty.collector({ group, url: proxy.through(faulty.broker.url) }).start();
    consumer.reply(names.commandQueue(group), bytes("a command of its own"));
    expect(consumer.droppedReplies).toBe(1);
    proxy.stall();
    for (let i = 0; i < 20_000; i++) consumer.reply(`${names.replyPrefix}nobody`, new Uint8Array(1_000));
    expect(consumer.droppedReplies).toBeGreaterThan(15_000);
    await expect(consumer.tick()).rejects.toBeInstanceOf(UnavailableError);
  });

  it("keeps publishers away from a new queue until it has settled, and not from an old one", async () => {
    const group = faulty.newGroup();
    const publisher = await faulty.openPublisher();
    const publish = () => publisher.publish(group, bytes("one"));
    const settling = faulty.collector({ group, newQueueSettleMs: 1_500 });
    const begun = performance.now();
    const started = settling.start();
    const queueIsThere = () =>
      faulty.onBroker(async (model) => (await model.createChannel()).checkQueue(names.commandQueue(group)));
    await waitFor("the queue to be declared", DEADLINE_MS, queueIsThere);
    await expect(publish()).rejects.toBeInstanceOf(NotSentError);
    const other = faulty.collector({ group, newQueueSettleMs: 1_500 });
    const otherStarted = other.start();
    await expect(publish()).rejects.toBeInstanceOf(NotSentError);
    await started;
    expect(performance.now() - begun).toBeGreaterThanOrEqual(1_490);
    await publish();
    // Either may have subscribed first.
    const delivered = () => settling.texts.length + other.texts.length === 1 || undefined;
    await waitFor("the delivery", DEADLINE_MS, delivered);
    await otherStarted;
    await settling.close();
    const again = performance.now();
    await faulty.collector({ group, newQueueSettleMs: 30_000 }).start();
    expect(performance.now() - again).toBeLessThan(15_000);
  });

  it("needs no right but to its own exchanges and queues, and to send replies", async () => {
    const own = "^(commands|events)(\\.|$)|^(order-events|trade-notifications|risk-management|settlements)$";
    const write = `${own}|^amq\\.default$`;
    const { control } = faulty.broker;
    await runRabbitmqControl(control, "add_user", "engine", "secret");
    await runRabbitmqControl(control, "set_permissions", "engine", own, write, own);
    const url = new URL(faulty.broker.url);
    url.username = "engine";
    url.password = "secret";
    const group = faulty.newGroup();
    const collector = await faulty.collector({ group, url: url.href }).start();
    const events = faulty.opened(new RabbitEventPublisher({ url: url.href }));
    await events.waitUntilHealthy(DEADLINE_MS);
    await events.publish([{ id: "1", routingKey: "orders.BTC-USDT.filled", body: "{}" }]);
    const publisher = await faulty.openPublisher();
    const replies: string[] = [];
    publisher.onReply((reply) => replies.push(Buffer.from(reply).toString()));
    await publisher.publish(group, bytes("one"));
    await collector.consumer.tick();
    await collector.waitFor(2);
    collector.consumer.reply(publisher.replyAddress, bytes("answer"));
    await waitFor("the reply", DEADLINE_MS, () => replies.length > 0 || undefined);
    await onlyOneEvent(names.eventQueue("order-events"));
  });

  it("says nothing of the URL when it cannot be read", async () => {
    const fault = await new RabbitCommandConsumer({ url: "amqp//user:secret@host", group: "any" })
      .start(
        () => undefined,
        () => undefined,
      )
      .catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnavailableError);
    expect(inspect(fault, { depth: 9 })).not.toContain("secret");
  });

  it("refuses a queue that is not what a command queue must be", async () => {
    const group = faulty.newGroup();
    await faulty.onBroker(async (model) =>
      (await model.createChannel()).assertQueue(names.commandQueue(group), { durable: true }),
    );
    await expect(faulty.collector({ group }).start()).rejects.toBeInstanceOf(UnavailableError);
  });

  it("asks for no delivery limit in each version's way", () => {
    expect(commandQueueArguments("3.10.8")).not.toHaveProperty("x-delivery-limit");
    expect(commandQueueArguments("3.13.7")).not.toHaveProperty("x-delivery-limit");
    expect(commandQueueArguments("4.0.2")).toMatchObject({ "x-delivery-limit": -1 });
    expect(commandQueueArguments("4.1.0")).toMatchObject({ "x-single-active-consumer": true });
  });
});

async function onlyOneEvent(queue: string): Promise<void> {
  await faulty.onBroker(async (model) => {
    const { messageCount } = await (await model.createChannel()).purgeQueue(queue);
    expect(messageCount).toBe(1);
  });
}

describe("an event publisher", () => {
  it("fills the product's queues by kind, and goes on by itself after a restart of the broker", async () => {
    const publisher = faulty.opened(new RabbitEventPublisher({ url: faulty.broker.url }));
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
    await faulty.broker.stop();
    await expect(publish(2)).rejects.toBeInstanceOf(UnavailableError);
    await faulty.broker.start();
    await waitFor("events to be published again", DEADLINE_MS, () => publish(2).then(() => true));
    await faulty.onBroker(async (model) => {
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
