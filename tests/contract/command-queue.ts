import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CommandConsumer,
  type CommandPublisher,
  type Delivery,
  NotSentError,
} from "../../engine/ports.ts";

/**
 * What every command queue must do, whatever carries it (`CommandPublisher` and `CommandConsumer` of
 * `engine/ports.ts`). An adapter's test file calls `describeCommandQueue` with a harness that opens
 * its own publishers and consumers; nothing here knows which one it is.
 *
 * Two conventions that the port leaves open are fixed here: a tick is a message of zero bytes, and a
 * group's queue comes into being when a consumer of it starts (before that, publishing to it is
 * refused with NotSentError).
 */
export interface CommandQueueHarness {
  /** A connected publisher with a reply address of its own. */
  publisher(): Promise<CommandPublisher>;
  /** A consumer of the group, not yet started. */
  consumer(group: string): Promise<CommandConsumer>;
  /**
   * A module for another process (a file URL) and what it needs in its environment. It exports
   * `openConsumer(group: string): Promise<CommandConsumer>`.
   */
  readonly consumerModule: { readonly url: string; readonly environment: Readonly<Record<string, string>> };
  /** Ends whatever the harness opened. */
  close(): Promise<void>;
}

const DEADLINE_MS = 20_000;
const PROCESS_PROGRAM = fileURLToPath(new URL("./consumer-process.ts", import.meta.url));

let groupsMade = 0;

/** Runs the suite against one adapter. `makeHarness` is called before each test. */
export function describeCommandQueue(name: string, makeHarness: () => Promise<CommandQueueHarness>): void {
  describe(`command queue: ${name}`, () => {
    let harness: CommandQueueHarness;
    let group: string;
    let opened: { close(): Promise<void> }[];

    beforeEach(async () => {
      harness = await makeHarness();
      groupsMade += 1;
      group = `contract-${process.pid}-${Date.now().toString(36)}-${groupsMade}`;
      opened = [];
    });

    afterEach(async () => {
      for (const each of opened.reverse()) await each.close();
      await harness.close();
    });

    async function openPublisher(): Promise<CommandPublisher> {
      const publisher = await harness.publisher();
      opened.push(publisher);
      return publisher;
    }

    async function openConsumer(ofGroup: string = group): Promise<Collector> {
      const collector = new Collector(await harness.consumer(ofGroup));
      opened.push(collector);
      await collector.start();
      return collector;
    }

    it("delivers messages in the order of publishing, unchanged, with rising tags, not marked redelivered", async () => {
      const consumer = await openConsumer();
      const publisher = await openPublisher();
      for (let i = 0; i < 50; i++) await publisher.publish(group, bytes(`message ${i}`));
      await consumer.waitFor(50);
      expect(consumer.texts()).toEqual(Array.from({ length: 50 }, (_, i) => `message ${i}`));
      expect(consumer.deliveries.some((delivery) => delivery.redelivered)).toBe(false);
      expectRisingTags(consumer.deliveries);
    });

    it("keeps the order of calls that were not waited for", async () => {
      const consumer = await openConsumer();
      const publisher = await openPublisher();
      await Promise.all(Array.from({ length: 300 }, (_, i) => publisher.publish(group, bytes(`${i}`))));
      await consumer.waitFor(300);
      expect(consumer.texts()).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`));
    });

    it("keeps each publisher's order, and loses and doubles nothing, among many publishers at once", async () => {
      const consumer = await openConsumer();
      const publishers = await Promise.all(Array.from({ length: 8 }, () => openPublisher()));
      await Promise.all(
        publishers.map(async (publisher, p) => {
          for (let i = 0; i < 60; i += 3) {
            await Promise.all([0, 1, 2].map((j) => publisher.publish(group, bytes(`${p}:${i + j}`))));
          }
        }),
      );
      await consumer.waitFor(8 * 60);
      for (let p = 0; p < 8; p++) {
        const own = consumer.texts().filter((text) => text.startsWith(`${p}:`));
        expect(own).toEqual(Array.from({ length: 60 }, (_, i) => `${p}:${i}`));
      }
      expect(consumer.deliveries.length).toBe(8 * 60);
    });

    it("carries a message of a mebibyte and every byte value", async () => {
      const consumer = await openConsumer();
      const publisher = await openPublisher();
      const large = Uint8Array.from({ length: 1_048_576 }, (_, i) => (i * 31 + (i >>> 8)) & 0xff);
      await publisher.publish(group, large);
      await publisher.publish(group, bytes("after"));
      await consumer.waitFor(2);
      expect(Buffer.compare(large, consumer.deliveries[0]!.body)).toBe(0);
      expect(consumer.texts()[1]).toBe("after");
    });

    it("keeps a message whose publish resolved, with neither consumer nor publisher left", async () => {
      await (await openConsumer()).close();
      const publisher = await openPublisher();
      await publisher.publish(group, bytes("kept"));
      await publisher.close();
      const later = await openConsumer();
      await later.waitFor(1);
      expect(later.texts()).toEqual(["kept"]);
    });

    it("keeps groups apart", async () => {
      const other = `${group}-other`;
      const [consumer, otherConsumer] = [await openConsumer(), await openConsumer(other)];
      const publisher = await openPublisher();
      await Promise.all([publisher.publish(group, bytes("one")), publisher.publish(other, bytes("two"))]);
      await Promise.all([consumer.waitFor(1), otherConsumer.waitFor(1)]);
      expect([consumer.texts(), otherConsumer.texts()]).toEqual([["one"], ["two"]]);
    });

    it("refuses with NotSentError what no queue takes, and goes on with what one does", async () => {
      const publisher = await openPublisher();
      await expect(publisher.publish(`${group}-nobody`, bytes("lost"))).rejects.toBeInstanceOf(NotSentError);
      const consumer = await openConsumer();
      const [refused, taken] = await Promise.allSettled([
        publisher.publish(`${group}-nobody`, bytes("lost")),
        publisher.publish(group, bytes("taken")),
      ]);
      expect(refused).toMatchObject({ status: "rejected", reason: expect.any(NotSentError) });
      expect(taken.status).toBe("fulfilled");
      await consumer.waitFor(1);
      expect(consumer.texts()).toEqual(["taken"]);
    });

    it("is healthy while open, and refuses with NotSentError once closed", async () => {
      const publisher = await openPublisher();
      expect(publisher.healthy()).toBe(true);
      await publisher.close();
      expect(publisher.healthy()).toBe(false);
      await expect(publisher.publish(group, bytes("late"))).rejects.toBeInstanceOf(NotSentError);
    });

    it("gives everything to one consumer while another stands by", async () => {
      const active = await openConsumer();
      const standby = await openConsumer();
      const publisher = await openPublisher();
      for (let i = 0; i < 30; i++) await publisher.publish(group, bytes(`${i}`));
      await active.waitFor(30);
      expect(active.deliveries.length).toBe(30);
      expect(standby.deliveries.length).toBe(0);
    });

    it("hands over on close: the unacknowledged first, in order and marked, then what is new, unmarked", async () => {
      const active = await openConsumer();
      const standby = await openConsumer();
      const publisher = await openPublisher();
      for (let i = 0; i < 20; i++) await publisher.publish(group, bytes(`${i}`));
      await active.waitFor(20);
      active.consumer.acknowledge(active.deliveries[4]!.tag);
      await active.close();
      await standby.waitFor(15);
      for (let i = 20; i < 25; i++) await publisher.publish(group, bytes(`${i}`));
      await standby.waitFor(20);
      expect(standby.texts()).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 5}`));
      expect(standby.deliveries.map((delivery) => delivery.redelivered)).toEqual(
        Array.from({ length: 20 }, (_, i) => i < 15),
      );
      expectRisingTags(standby.deliveries);
    });

    it("keeps the order when messages come in while the consumer changes", async () => {
      const publisher = await openPublisher();
      let active = await openConsumer();
      const sending = (async () => {
        for (let i = 0; i < 200; i++) await publisher.publish(group, bytes(`${i}`));
      })();
      const settled: string[] = [];
      for (let round = 0; round < 3; round++) {
        const standby = await openConsumer();
        await active.waitFor(10);
        const last = active.deliveries[7]!;
        settled.push(...active.texts().slice(0, 8));
        active.consumer.acknowledge(last.tag);
        await active.close();
        active = standby;
      }
      await sending;
      await active.waitFor(200 - settled.length);
      expect([...settled, ...active.texts()]).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
    });

    it("acknowledges in multiples: nothing acknowledged comes again", async () => {
      const first = await openConsumer();
      const publisher = await openPublisher();
      for (let i = 0; i < 10; i++) await publisher.publish(group, bytes(`${i}`));
      await first.waitFor(10);
      first.consumer.acknowledge(first.deliveries[2]!.tag);
      first.consumer.acknowledge(first.deliveries[8]!.tag);
      await first.close();
      const second = await openConsumer();
      await second.waitFor(1);
      second.consumer.acknowledge(second.deliveries[0]!.tag);
      await second.close();
      const third = await openConsumer();
      await publisher.publish(group, bytes("new"));
      await third.waitFor(1);
      expect(second.texts()).toEqual(["9"]);
      expect(third.texts()).toEqual(["new"]);
    });

    it("promotes a stand-by on an idle queue by its tick, a message of zero bytes", async () => {
      const active = await openConsumer();
      const standby = await openConsumer();
      await active.close();
      await standby.consumer.tick();
      await standby.waitFor(1);
      expect(standby.deliveries[0]!.body.length).toBe(0);
    });

    it("a tick of a stand-by goes to the active consumer", async () => {
      const active = await openConsumer();
      const standby = await openConsumer();
      await standby.consumer.tick();
      await active.waitFor(1);
      expect(active.deliveries[0]!.body.length).toBe(0);
      expect(standby.deliveries.length).toBe(0);
    });

    it("sends replies to the address of one publisher, in order, and to no other", async () => {
      const consumer = await openConsumer();
      const [one, two] = [await openPublisher(), await openPublisher()];
      expect(one.replyAddress).not.toBe(two.replyAddress);
      const replies = { one: [] as string[], two: [] as string[] };
      one.onReply((message) => replies.one.push(text(message)));
      two.onReply((message) => replies.two.push(text(message)));
      await one.publish(group, bytes(one.replyAddress));
      await two.publish(group, bytes(two.replyAddress));
      await consumer.waitFor(2);
      for (const [i, address] of consumer.texts().entries()) {
        for (let k = 0; k < 3; k++) consumer.consumer.reply(address, bytes(`reply ${i}.${k}`));
      }
      await eventually(() => replies.one.length >= 3 && replies.two.length >= 3, "all replies");
      expect(replies).toEqual({
        one: ["reply 0.0", "reply 0.1", "reply 0.2"],
        two: ["reply 1.0", "reply 1.1", "reply 1.2"],
      });
    });

    it("drops a reply to somebody who has gone, and goes on", async () => {
      const consumer = await openConsumer();
      const [gone, here] = [await openPublisher(), await openPublisher()];
      const replies: string[] = [];
      here.onReply((message) => replies.push(text(message)));
      await gone.close();
      consumer.consumer.reply(gone.replyAddress, bytes("nobody"));
      consumer.consumer.reply(here.replyAddress, bytes("somebody"));
      await eventually(() => replies.length > 0, "the reply");
      await here.publish(group, bytes("still works"));
      await consumer.waitFor(1);
      expect(replies).toEqual(["somebody"]);
    });

    it("gives all that a killed consumer's process held to the next, in order and marked", async () => {
      const other = await startConsumerProcess(harness, group);
      opened.push({ close: () => other.kill() });
      const standby = await openConsumer();
      const publisher = await openPublisher();
      for (let i = 0; i < 12; i++) await publisher.publish(group, bytes(`${i}`));
      await other.waitFor(12);
      expect(standby.deliveries.length).toBe(0);
      await other.kill();
      await standby.waitFor(12);
      expect(standby.texts()).toEqual(Array.from({ length: 12 }, (_, i) => `${i}`));
      expect(standby.deliveries.every((delivery) => delivery.redelivered)).toBe(true);
    });
  });
}

/** A started consumer and all that it was given. */
class Collector {
  readonly consumer: CommandConsumer;
  readonly deliveries: Delivery[] = [];
  private lost: Error | null = null;
  private closed = false;

  constructor(consumer: CommandConsumer) {
    this.consumer = consumer;
  }

  start(): Promise<void> {
    return this.consumer.start(
      // A driver may use its buffer again: what is kept is a copy.
      (delivery) => this.deliveries.push({ ...delivery, body: Uint8Array.from(delivery.body) }),
      (cause) => {
        this.lost = cause;
      },
    );
  }

  texts(): string[] {
    return this.deliveries.map((delivery) => text(delivery.body));
  }

  async waitFor(count: number): Promise<void> {
    await eventually(() => {
      if (this.lost !== null) throw new Error("the consumer was lost", { cause: this.lost });
      return this.deliveries.length >= count;
    }, `${count} deliveries`);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.consumer.close();
  }
}

interface ConsumerProcess {
  waitFor(count: number): Promise<void>;
  kill(): Promise<void>;
}

/** A consumer in a process of its own, started and active; it acknowledges nothing. */
async function startConsumerProcess(harness: CommandQueueHarness, group: string): Promise<ConsumerProcess> {
  const { url, environment } = harness.consumerModule;
  const child = spawn(process.execPath, [PROCESS_PROGRAM, url, group], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = () => output.split("\n").filter((line) => line !== "");
  const alive = () => {
    if (child.exitCode !== null) throw new Error(`the consumer's process ended: ${errors}`);
  };
  await eventually(() => {
    alive();
    return lines().includes("started");
  }, "the consumer's process to start");
  return {
    waitFor: (count) =>
      eventually(() => {
        alive();
        return lines().filter((line) => line.startsWith("delivery ")).length >= count;
      }, `${count} deliveries in the consumer's process`),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function expectRisingTags(deliveries: readonly Delivery[]): void {
  for (let i = 1; i < deliveries.length; i++) {
    expect(deliveries[i]!.tag).toBe(deliveries[i - 1]!.tag + 1);
  }
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
