import type { Delivery } from "../../engine/ports.ts";
import { RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { Random } from "../chaos/random.ts";
import { medianOf } from "./bench-row.ts";
import { CommitSource } from "./pipeline-limit.ts";
import type { BenchSystem } from "./pipeline-system.ts";

/** The one whose commits are measured: an API is ready only where every group has its queue. */
const GROUP = "bench-limit";

export interface LatencyFloor {
  /** Medians, milliseconds. */
  readonly queueMs: number;
  readonly commitMs: number;
  readonly replyMs: number;
}

/** One queue hop, one commit of one order and one reply, each by itself and paced at the rate. */
export async function measureFloor(
  system: BenchSystem,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<LatencyFloor> {
  const { queueMs, replyMs } = await measureHops(system.rabbitmq.url, rate, seconds);
  return { queueMs, replyMs, commitMs: await measureCommit(system.postgres.url, rate, seconds) };
}

async function measureHops(
  url: string,
  rate: number,
  seconds: number,
): Promise<{ queueMs: number; replyMs: number }> {
  const publisher = new RabbitCommandPublisher({ url });
  const consumer = new RabbitCommandConsumer({ url, group: GROUP });
  const queueMs: number[] = [];
  const replyMs: number[] = [];
  const bytes = new Uint8Array(120);
  const view = new DataView(bytes.buffer);
  const sinceMs = (from: Uint8Array): number =>
    performance.now() - new DataView(from.buffer, from.byteOffset).getFloat64(0);
  const stamped = (): Uint8Array => {
    view.setFloat64(0, performance.now());
    return bytes.slice();
  };
  try {
    await publisher.waitUntilHealthy(20_000);
    publisher.onReply((reply) => replyMs.push(sinceMs(reply)));
    await consumer.start(
      ({ body, tag }: Delivery) => {
        if (body.length === bytes.length) queueMs.push(sinceMs(body));
        consumer.acknowledge(tag);
        consumer.reply(publisher.replyAddress, stamped());
      },
      () => undefined,
    );
    await paced(rate, seconds, () => {
      publisher.publish(GROUP, stamped()).catch(() => undefined);
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    await Promise.all([publisher.close(), consumer.close()]);
  }
  return { queueMs: medianOf(queueMs), replyMs: medianOf(replyMs) };
}

async function measureCommit(url: string, rate: number, seconds: number): Promise<number> {
  const source = new CommitSource(url, 1);
  const commitMs: number[] = [];
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  try {
    await source.open();
    // The symbol's definition goes with the first.
    await source.commit(source.next());
    await paced(rate, seconds, () => {
      // One at a time: what comes meanwhile would wait, and is left out.
      if (waiting > 0) return;
      waiting += 1;
      const commit = source.next();
      const fromMs = performance.now();
      last = source.commit(commit).then(() => {
        commitMs.push(performance.now() - fromMs);
        waiting -= 1;
      });
    });
    await last;
  } finally {
    await source.close();
  }
  return medianOf(commitMs);
}

async function paced(rate: number, seconds: number, send: () => void): Promise<void> {
  const random = new Random(7);
  const endMs = performance.now() + seconds * 1_000;
  let dueMs = performance.now();
  while (dueMs < endMs) {
    while (dueMs <= performance.now()) {
      send();
      dueMs += -Math.log(1 - random.next()) * (1_000 / rate);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, dueMs - performance.now())));
  }
}
