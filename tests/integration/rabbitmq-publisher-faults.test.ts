import { describe, expect, it } from "vitest";
import { NotSentError, UncertainError } from "../../engine/ports.ts";
import { runRabbitmqControl } from "../../infra/dev/services/rabbitmq.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import type { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import type { RabbitEvent } from "../../infra/rabbitmq/connection.ts";
import { topologyNames } from "../../infra/rabbitmq/topology.ts";
import { bytes, DEADLINE_MS, useFaultyBroker } from "../support/faulty-broker.ts";

/** What happens to commands and replies when RabbitMQ restarts, is killed, cut off, blocked or deaf. */

const names = topologyNames();
const faulty = useFaultyBroker();

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
    ["restarted", () => faulty.broker.restart()],
    ["killed", () => faulty.broker.kill().then(() => faulty.broker.start())],
  ] as const) {
    it(`loses nothing confirmed and resumes by itself, replies too, when the broker is ${how}`, async () => {
      const group = faulty.newGroup();
      // A new queue's first second is the broker's weakest: the settling time is as in production.
      const consumer = await faulty.collector({ group, newQueueSettleMs: 2_000 }).start();
      const publisher = await faulty.openPublisher();
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
      const successor = await faulty.collector({ group }).start();
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
    const group = faulty.newGroup();
    const consumer = await faulty.collector({ group }).start();
    const proxy = await faulty.openProxy();
    const publisher = await faulty.openPublisher({ url: proxy.through(faulty.broker.url) });
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
    const group = faulty.newGroup();
    await faulty.collector({ group }).start();
    const proxy = await faulty.openProxy();
    const publisher = await faulty.openPublisher({
      url: proxy.through(faulty.broker.url),
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
    const group = faulty.newGroup();
    await faulty.collector({ group }).start();
    const proxy = await faulty.openProxy();
    const publisher = await faulty.openPublisher({ url: proxy.through(faulty.broker.url) });
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
    const group = faulty.newGroup();
    const consumer = await faulty.collector({ group }).start();
    const publisher = await faulty.openPublisher();
    await publisher.publish(group, bytes("one"));
    await faulty.onBroker(async (model) =>
      (await model.createChannel()).deleteQueue(names.commandQueue(group)),
    );
    await expect(publisher.publish(group, bytes("two"))).rejects.toBeInstanceOf(NotSentError);
    await waitFor("the consumer to be lost", DEADLINE_MS, () => consumer.lost ?? undefined);
    const next = await faulty.collector({ group }).start();
    await publisher.publish(group, bytes("three"));
    await next.waitFor(1);
    expect(next.texts).toEqual(["three"]);
  });

  it("does not know what became of a message that the broker refuses to confirm", async () => {
    const group = faulty.newGroup();
    const publisher = await faulty.openPublisher();
    await faulty.onBroker(async (model) => {
      const channel = await model.createChannel();
      const queue = `full-${group}`;
      const options = { durable: true, maxLength: 1, overflow: "reject-publish" };
      await channel.assertQueue(queue, options);
      await channel.bindQueue(queue, names.commandExchange, group);
    });
    await publisher.publish(group, bytes("fits"));
    await expect(publisher.publish(group, bytes("one too many"))).rejects.toBeInstanceOf(UncertainError);
    expect(publisher.unconfirmed).toBe(0);
  });

  it("makes the exchange again when it was deleted", async () => {
    const group = faulty.newGroup();
    await faulty.collector({ group }).start();
    const publisher = await faulty.openPublisher();
    await faulty.onBroker(async (model) =>
      (await model.createChannel()).deleteExchange(names.commandExchange),
    );
    const lost = publisher.publish(group, bytes("into nothing"));
    await expect(lost).rejects.toSatisfy(
      (fault) => fault instanceof UncertainError || fault instanceof NotSentError,
    );
    await publisher.waitUntilHealthy(DEADLINE_MS);
    const next = await faulty.collector({ group }).start(); // binds the queue again
    const send = () => publisher.publish(group, bytes("found")).then(() => true);
    await waitFor("publishing to work again", DEADLINE_MS, send);
    expect(next.lost).toBeNull();
  });

  it("gets its reply address back though the broker still holds the queue of a connection that vanished", async () => {
    const group = faulty.newGroup();
    const consumer = await faulty.collector({ group }).start();
    const proxy = await faulty.openProxy();
    const events: RabbitEvent[] = [];
    const publisher = await faulty.openPublisher({
      url: proxy.through(faulty.broker.url),
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
    const group = faulty.newGroup();
    await faulty.collector({ group }).start();
    const publisher = await faulty.openPublisher({ confirmTimeoutMs: 1_000 });
    await runRabbitmqControl(faulty.broker.control, "set_vm_memory_high_watermark", "0.00001");
    try {
      // The broker tells it to a connection when that publishes next; this one hangs and is not known of.
      const unknown = publisher.publish(group, bytes("blocked"));
      await expect(unknown).rejects.toBeInstanceOf(UncertainError);
      expect(publisher.healthy()).toBe(false);
      const begun = performance.now();
      await expect(publisher.publish(group, bytes("refused"))).rejects.toBeInstanceOf(NotSentError);
      expect(performance.now() - begun).toBeLessThan(500);
    } finally {
      await runRabbitmqControl(faulty.broker.control, "set_vm_memory_high_watermark", "0.8");
    }
    await publisher.waitUntilHealthy(DEADLINE_MS);
    await publisher.publish(group, bytes("unblocked"));
  });

  it("needs no right but to publish commands and to read its own replies", async () => {
    const group = faulty.newGroup();
    const consumer = await faulty.collector({ group }).start();
    await runRabbitmqControl(faulty.broker.control, "add_user", "api", "secret");
    await runRabbitmqControl(
      faulty.broker.control,
      "set_permissions",
      "api",
      "^replies\\.",
      "^commands$",
      "^replies\\.",
    );
    const url = new URL(faulty.broker.url);
    url.username = "api";
    url.password = "secret";
    const publisher = await faulty.openPublisher({ url: url.href });
    const replies: string[] = [];
    publisher.onReply((reply) => replies.push(Buffer.from(reply).toString()));
    await publisher.publish(group, bytes("allowed"));
    consumer.consumer.reply(publisher.replyAddress, bytes("answer"));
    await waitFor("the reply", DEADLINE_MS, () => replies.length > 0 || undefined);
  });
});
