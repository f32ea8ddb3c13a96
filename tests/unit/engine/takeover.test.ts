import { afterEach, describe, expect, it, vi } from "vitest";
import { Code } from "../../../engine/core/codes.ts";
import { MatchingCore } from "../../../engine/core/matching-core.ts";
import { atOnce } from "../../../engine/core/steps.ts";
import { OrderStatus, Side } from "../../../engine/core/terms.ts";
import { formatId, parseId } from "../../../engine/ids.ts";
import type { Snapshot } from "../../../engine/ports.ts";
import { RecentIds } from "../../../engine/recent-ids.ts";
import { ByteWriter } from "../../../engine/wire/byte-writer.ts";
import { encodeSnapshotBody } from "../../../engine/wire/snapshot.ts";
import { message, replaceBytes, type Sent } from "../../support/engine/commands.ts";
import { EngineHarness, type RunningTestEngine } from "../../support/engine/harness.ts";
import { turn, until } from "../../support/engine/manual-time.ts";

/** Places, one a message, that rest. */
function publishPlaces(harness: EngineHarness, count: number): Sent[] {
  const sent = Array.from({ length: count }, () => harness.commands.place());
  for (const place of sent) harness.queue.publish(message([place]));
  return sent;
}

/** Every one of these is in the records once, at sequences without a gap behind the two symbols. */
function expectExactlyOnce(harness: EngineHarness, sent: readonly Sent[]): void {
  const { database } = harness;
  expect(database.group.lastSequence).toBe(2 + sent.length);
  expect(sent.map(({ id }) => database.orders.get(id)?.status)).toEqual(sent.map(() => OrderStatus.Open));
  expect(new Set(sent.map(({ id }) => database.orders.get(id)?.sequence)).size).toBe(sent.length);
}

async function endOf(running: RunningTestEngine): Promise<string> {
  await until(() => running.end !== null, "the engine's end");
  return running.end?.reason ?? "";
}

const POISON_QUANTITY = 666;

/** Plants a fault in the core: it changes something, then throws. */
function breakCoreOnPoison(): void {
  const apply = MatchingCore.prototype.apply;
  vi.spyOn(MatchingCore.prototype, "apply").mockImplementation(function (this: MatchingCore, command) {
    apply.call(this, command);
    if (command.order.quantity === POISON_QUANTITY) throw new Error("planted");
  });
}

afterEach(() => vi.restoreAllMocks());

describe("an engine's end and the next one's start", () => {
  it("starting raises no epoch; only the first delivery does", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const second = harness.start();
    await until(() => second.engine.state === "waiting", "waiting");
    publishPlaces(harness, 3);
    await harness.replied(3);
    expect(harness.database.group.epoch).toBe(1);
    expect(second.engine.wasPromoted).toBe(false);
    expect(first.engine.state).toBe("active");
  });

  for (const fault of ["lost before", "lost after"] as const) {
    it(`a commit whose outcome is unknown (${fault}) takes effect once, and is answered by the next engine`, async () => {
      const harness = new EngineHarness();
      const first = await harness.startActive();
      first.records.faults.push(fault);
      const sent = publishPlaces(harness, 5);
      expect(await endOf(first)).toBe("records-failed");
      expect(harness.replies()).toEqual([]);
      await harness.startActive();
      const outcomes = await harness.replied(5);
      expect(new Set(outcomes.map(({ commandId }) => commandId))).toEqual(new Set(sent.map(({ id }) => id)));
      expectExactlyOnce(harness, sent);
    });
  }

  it("commands sent again in any order are answered with one look at each row of the journal", async () => {
    const harness = new EngineHarness({ batchCommands: 10 });
    const first = await harness.startActive();
    const sent: Sent[] = [];
    for (let round = 0; round < 10; round++) {
      sent.push(...publishPlaces(harness, 10));
      await harness.replied(sent.length);
    }
    first.consumer.lose();
    await endOf(first);
    const second = await harness.startActive();
    let looks = 0;
    const { records } = second;
    const journalAt = records.journalAt.bind(records);
    records.journalAt = (group, sequence) => {
      looks += 1;
      return journalAt(group, sequence);
    };
    const scattered = sent.map((_, place) => sent[(place * 37) % sent.length] as Sent);
    harness.queue.publish(message(scattered, { replyAddress: "pod-2", resent: true }));
    const answers = await harness.replied(sent.length, "pod-2");
    expect(new Set(answers.map(({ commandId }) => commandId))).toEqual(new Set(sent.map(({ id }) => id)));
    expect(looks).toBeLessThanOrEqual(harness.database.journal.length);
  });

  it("a crash between commit and acknowledgement takes effect once", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    // Nothing gets out of the process any more, but its commits still get through.
    first.consumer.frozen = true;
    const sent = publishPlaces(harness, 4);
    await until(() => harness.database.group.lastSequence === 6, "committed");
    expect(harness.replies()).toEqual([]);
    first.consumer.lose();
    expect(await endOf(first)).toBe("consumer-lost");
    await harness.startActive();
    await harness.replied(4);
    expectExactlyOnce(harness, sent);
  });

  it("an engine that was replaced without knowing commits nothing more and tells nobody anything", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    let resume = (): void => undefined;
    first.records.hold = new Promise((resolve) => {
      resume = resolve;
    });
    const sent = publishPlaces(harness, 3);
    for (let turns = 0; turns < 20; turns++) await turn();
    first.consumer.cutOff();
    const second = await harness.startActive();
    await harness.replied(3);
    resume();
    expect(await endOf(first)).toBe("fenced");
    expect(harness.replies()).toHaveLength(3);
    expectExactlyOnce(harness, sent);
    expect(harness.database.group.epoch).toBe(2);
    expect(second.engine.state).toBe("active");
  });

  it("a stand-by keeps up with the journal and takes over with the tail only", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const second = harness.start();
    publishPlaces(harness, 10);
    await harness.replied(10);
    await harness.time.advance(200);
    first.consumer.lose();
    await harness.time.advance(1_000);
    await until(() => second.engine.state === "active", "take-over");
    const recovered = second.told.find(([what]) => what === "recovered")?.[1];
    expect(recovered).toMatchObject({ epoch: 2, lastSequence: 12, source: "journal", replayedCommands: 12 });
    const sent = publishPlaces(harness, 1);
    await until(() => harness.database.orders.has(sent[0]?.id ?? ""), "goes on");
  });

  it("a clean stop leaves nothing to replay, and what it had not matched is delivered to the next", async () => {
    const harness = new EngineHarness({}, undefined, 4);
    const first = await harness.startActive();
    const sent = publishPlaces(harness, 20);
    await harness.replied(4);
    await first.engine.stop();
    expect(await endOf(first)).toBe("stopped");
    expect(harness.redis.snapshots[0]?.sequence).toBe(harness.database.group.lastSequence);
    expect(harness.postgres.snapshots[0]?.hash).toEqual(harness.database.group.hash);
    expect(harness.database.group.publishedSequence).toBe(harness.database.group.lastSequence);
    const second = await harness.startActive();
    await harness.replied(20);
    expectExactlyOnce(harness, sent);
    const recovered = second.told.find(([what]) => what === "recovered")?.[1];
    expect(recovered).toMatchObject({ source: "redis", replayedCommands: 0 });
  });

  it("a recovered engine has the same books, queue order and recent ids as one that never stopped", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const sells = Array.from({ length: 6 }, (_, index) =>
      harness.commands.place({ side: Side.Sell, userId: `seller-${index}`, quantity: 100 + index }),
    );
    harness.queue.publish(message(sells));
    await harness.replied(6);
    await first.engine.stop();
    await harness.startActive();
    const taker = harness.commands.place({ quantity: 303 });
    harness.queue.publish(message([sells[0] as Sent, taker], { resent: true }));
    const outcomes = (await harness.replied(8)).slice(6);
    const repeated = outcomes.find(({ commandId }) => commandId === sells[0]?.id);
    const taken = outcomes.find(({ commandId }) => commandId === taker.id);
    expect(repeated).toEqual(harness.replies()[0]);
    expect(taken?.orders.slice(1).map(({ orderId }) => orderId)).toEqual(
      sells.slice(0, 3).map(({ id }) => id),
    );
  });

  it("a command that makes the engine fail is refused at the third time, and the group goes on", async () => {
    const harness = new EngineHarness();
    const poison = harness.commands.place({ quantity: POISON_QUANTITY });
    const before = harness.commands.place();
    const after = harness.commands.place();
    breakCoreOnPoison();
    harness.queue.publish(message([before]));
    harness.queue.publish(message([poison, after]));
    for (const failures of [1, 2, 3]) {
      const running = harness.start();
      expect(await endOf(running)).toBe("command-failed");
      expect(running.end).toMatchObject({ commandId: poison.id, failures });
    }
    const next = await harness.startActive();
    const outcomes = await harness.replied(3);
    expect(outcomes.map(({ commandId, code }) => [commandId, code])).toEqual([
      [before.id, Code.NONE],
      [poison.id, Code.INTERNAL_REFUSED],
      [after.id, Code.NONE],
    ]);
    expect(next.told.some(([what, id]) => what === "poisonRefused" && id === poison.id)).toBe(true);
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** A sound body, of a group without history. */
function emptyBody(): Uint8Array {
  const recentIds = new ByteWriter();
  atOnce(new RecentIds().writeSteps(recentIds));
  return encodeSnapshotBody({
    timeMs: 0,
    core: new MatchingCore().snapshot(),
    recentIds: recentIds.toBytes(),
  });
}

describe("the id of an order that comes inside another command", () => {
  it("is nobody else's again, before a take-over and after one, whatever became of the order", async () => {
    const harness = new EngineHarness();
    const { commands } = harness;
    const first = await harness.startActive();
    const [ended, open] = [commands.place(), commands.place()];
    const inner = formatId(commands.id());
    const good = replaceBytes(commands.id(), open.id, inner);
    harness.queue.publish(message([ended, open, commands.cancel(ended.id), good, commands.cancel(inner)]));
    await harness.replied(5);
    const again = (): Sent[] => [
      replaceBytes(commands.id(), open.id, ended.id),
      replaceBytes(commands.id(), open.id, inner),
      commands.place({}, parseId(inner, commands.id())),
      commands.place(),
    ];
    const codes = [Code.DUPLICATE_ORDER_ID, Code.DUPLICATE_ORDER_ID, Code.DUPLICATE_ORDER_ID, Code.NONE];
    harness.queue.publish(message(again()));
    expect((await harness.replied(9)).slice(5).map(({ code }) => code)).toEqual(codes);
    await first.engine.stop();
    await harness.startActive();
    // The third is now known as a command: it is answered with what it was told.
    harness.queue.publish(message(again()));
    const told = (await harness.replied(13)).slice(9);
    expect(told.map(({ code }) => code).sort()).toEqual([...codes].sort());
  });
});

describe("snapshots at recovery", () => {
  /** A stopped group with 10 resting orders and a snapshot in both stores. */
  async function stoppedGroup(): Promise<EngineHarness> {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    publishPlaces(harness, 10);
    await harness.replied(10);
    await first.engine.stop();
    return harness;
  }

  const bad: readonly [name: string, change: (snapshot: Snapshot) => Snapshot, reason: string][] = [
    ["of another timeline", (good) => ({ ...good, timeline: "another" }), "it is of another timeline"],
    ["of another group", (good) => ({ ...good, group: "another" }), "it is another group's"],
    [
      "ahead of the journal",
      (good) => ({ ...good, sequence: good.sequence + 1 }),
      "it is ahead of the journal",
    ],
    ["with another hash", (good) => ({ ...good, hash: new Uint8Array(32) }), "the group's hash is another"],
    ["of another format", (good) => ({ ...good, formatVersion: 99 }), "its format is 99, not "],
    ["of other rules", (good) => ({ ...good, rulesVersion: 99 }), "its rules version is 99, not 1"],
    [
      "with the body of another sequence",
      (good) => ({ ...good, body: emptyBody() }),
      "its body is of sequence 0",
    ],
    ["that is torn", (good) => ({ ...good, body: good.body.subarray(0, 100) }), "the snapshot is torn"],
    [
      "whose recent ids were changed",
      (good) => ({ ...good, body: flipped(good.body, 60) }),
      "the snapshot's checksum does not hold",
    ],
    [
      "whose books were changed",
      (good) => ({ ...good, body: flipped(good.body, good.body.length - 20) }),
      "CORRUPT",
    ],
  ];
  for (const [name, change, reason] of bad) {
    it(`one ${name} is passed over by name, and the next store's is used`, async () => {
      const harness = await stoppedGroup();
      harness.redis.snapshots = harness.redis.snapshots.slice(0, 1).map(change);
      const { told } = await harness.startActive();
      const reasons = told
        .filter(([what]) => what === "snapshotPassedOver")
        .map(([, , , why]) => String(why));
      expect(reasons.filter((why) => why.startsWith(reason))).toHaveLength(1);
      expect(told.find(([what]) => what === "recovered")?.[1]).toMatchObject({ source: "postgres" });
    });
  }

  it("without any, the journal alone gives the same state", async () => {
    const harness = await stoppedGroup();
    harness.redis.snapshots = [];
    harness.postgres.reachable = false;
    const { told } = await harness.startActive();
    expect(told.find(([what]) => what === "recovered")?.[1]).toMatchObject({
      source: "journal",
      replayedCommands: 12,
    });
  });

  it("a journal that was changed is refused, by name", async () => {
    const harness = await stoppedGroup();
    harness.redis.snapshots = [];
    harness.postgres.snapshots = [];
    const row = harness.database.journal[1];
    if (row === undefined) throw new Error("no second row");
    const payload = row.payload.slice();
    payload[payload.length - 1] = (payload.at(-1) ?? 0) ^ 1;
    harness.database.journal[1] = { ...row, payload };
    const running = harness.start();
    expect(await endOf(running)).toBe("history-refused");
  });
});
