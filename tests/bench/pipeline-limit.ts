import { openEngineRecords } from "../../db/engine-records.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { Side } from "../../engine/core/terms.ts";
import { OpenBatch } from "../../engine/open-batch.ts";
import type { CommitBatch } from "../../engine/ports.ts";
import { RecentIds } from "../../engine/recent-ids.ts";
import { RULES_VERSION } from "../../engine/rules-version.ts";
import { commitOf } from "../../engine/sealed-batch.ts";
import { type History, Sequencer } from "../../engine/sequencer.ts";
import { RabbitCommandConsumer } from "../../infra/rabbitmq/command-consumer.ts";
import { RabbitCommandPublisher } from "../../infra/rabbitmq/command-publisher.ts";
import { CommandMaker, message, type Sent, symbolSpec } from "../support/engine/commands.ts";
import { recordingObserver } from "../support/engine/harness.ts";
import type { BenchSystem } from "./pipeline-system.ts";

/** A group that no engine runs for. */
const GROUP = "bench-limit";
/** Of that group alone. */
const SYMBOL = 900;

export interface PipelineLimit {
  /** Orders a second. */
  readonly publish: number;
  readonly insert: number;
}

export interface LimitShape {
  readonly seconds: number;
  readonly ordersPerMessage: number;
  readonly ordersPerCommit: number;
}

/** Sells and buys of one price by turns: every second one trades. */
function tradingCommands(maker: CommandMaker, count: number): Sent[] {
  return Array.from({ length: count }, (_, index) =>
    maker.place({
      symbol: SYMBOL,
      side: index % 2 === 0 ? Side.Sell : Side.Buy,
      price: 5_000_000,
      quantity: 100_000,
      userId: `load-${index % 64}`,
    }),
  );
}

/**
 * What the machine's broker and database can do of what the pipeline asks of them, both at once: the real
 * messages published and confirmed (and taken off again), and the real commit statement with the real batches,
 * which were matched before.
 */
export async function measureLimit(system: BenchSystem, shape: LimitShape): Promise<PipelineLimit> {
  const url = system.rabbitmq.url;
  const publisher = new RabbitCommandPublisher({ url });
  const consumer = new RabbitCommandConsumer({ url, group: GROUP });
  const commits = new CommitSource(system.postgres.url, shape.ordersPerCommit);
  try {
    await publisher.waitUntilHealthy(20_000);
    await consumer.start(
      ({ tag }) => consumer.acknowledge(tag),
      () => undefined,
    );
    await commits.open();
    const orders = message(tradingCommands(new CommandMaker(() => Date.now()), shape.ordersPerMessage));
    const endMs = performance.now() + shape.seconds * 1_000;
    const publishing = Array.from({ length: 8 }, async () => {
      let published = 0;
      for (; performance.now() < endMs; published++) await publisher.publish(GROUP, orders);
      return published;
    });
    const [insert, ...published] = await Promise.all([commits.runUntil(endMs), ...publishing]);
    const messages = published.reduce((sum, count) => sum + count, 0);
    return { publish: (messages * shape.ordersPerMessage) / shape.seconds, insert };
  } finally {
    await Promise.all([publisher.close(), consumer.close(), commits.close()]);
  }
}

/** Real batches for the real commit statement. */
export class CommitSource {
  readonly #records;
  readonly #ordersPerCommit: number;
  readonly #batch = new OpenBatch();
  readonly #history: History;
  readonly #sequencer: Sequencer;
  readonly #maker = new CommandMaker(() => Date.now());
  #epoch = 0;
  #hash: Uint8Array = new Uint8Array(32);
  #sequence = 0;

  constructor(url: string, ordersPerCommit: number) {
    this.#records = openEngineRecords({ url });
    this.#ordersPerCommit = ordersPerCommit;
    this.#history = {
      core: new MatchingCore(),
      recentIds: new RecentIds(),
      groupNumber: 1,
      sequence: 0,
      timeMs: 0,
    };
    const failures = { poison: new Set<string>(), suspects: new Set<string>() };
    this.#sequencer = new Sequencer(this.#history, this.#batch, failures, recordingObserver([]));
  }

  async open(): Promise<void> {
    const group = await this.#records.takeEpoch(GROUP);
    if (group.lastSequence !== 0) throw new Error("the limit's group is used once");
    this.#epoch = group.epoch;
    this.#sequencer.defineSymbols([symbolSpec(SYMBOL, "BENCH/LIMIT")], Date.now());
  }

  /** Commits, one batch after the other, those made meanwhile not counted; orders a second of committing. */
  async runUntil(endMs: number): Promise<number> {
    let orders = 0;
    let makingMs = 0;
    const startedMs = performance.now();
    while (performance.now() < endMs) {
      const fromMs = performance.now();
      const commit = this.next();
      makingMs += performance.now() - fromMs;
      await this.#records.commit(commit);
      orders += this.#ordersPerCommit;
    }
    return (orders * 1_000) / (performance.now() - startedMs - makingMs);
  }

  next(): CommitBatch {
    const nowMs = Date.now();
    const commands = tradingCommands(this.#maker, this.#ordersPerCommit);
    for (let at = 0; at < commands.length; at += 200) {
      this.#sequencer.deliver(message(commands.slice(at, at + 200)), at + 1, nowMs);
    }
    const end = {
      group: GROUP,
      epoch: this.#epoch,
      sequence: this.#sequence,
      hash: this.#hash,
      rulesVersion: RULES_VERSION,
    };
    const commit = commitOf(this.#batch, this.#history.core, end);
    this.#hash = commit.journal.hash;
    this.#sequence = commit.journal.lastSequence;
    const moment = { group: GROUP, timeline: "", epoch: 1, sequence: this.#sequence, timeMs: nowMs };
    this.#batch.books.take(this.#history.core, moment, new Set());
    this.#batch.clear();
    return commit;
  }

  commit(commit: CommitBatch): Promise<void> {
    return this.#records.commit(commit);
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}
