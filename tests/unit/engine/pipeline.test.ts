import { describe, expect, it } from "vitest";
import { Code } from "../../../engine/core/codes.ts";
import { CommandKind, OrderStatus, Side } from "../../../engine/core/terms.ts";
import { message } from "../../support/engine/commands.ts";
import { EngineHarness } from "../../support/engine/harness.ts";
import { turn, until } from "../../support/engine/manual-time.ts";

describe("an active engine", () => {
  it("seeds an empty history with the records' symbols, then matches what is delivered", async () => {
    const harness = new EngineHarness();
    const { engine } = await harness.startActive();
    const sell = harness.commands.place({ side: Side.Sell, userId: "bob", quantity: 400 });
    const buy = harness.commands.place({ side: Side.Buy, quantity: 1_000 });
    harness.queue.publish(message([sell, buy]));
    const [first, second] = await harness.replied(2);
    expect(first).toMatchObject({ commandId: sell.id, sequence: 3, code: Code.NONE });
    expect(second?.orders.map((order) => [order.orderId, order.status, order.filledQuantity])).toEqual([
      [buy.id, OrderStatus.PartiallyFilled, 400],
      [sell.id, OrderStatus.Filled, 400],
    ]);
    expect(second?.trades).toMatchObject([{ maker: 1, taker: 0, price: 10_000, quantity: 400 }]);
    await until(() => harness.queue.length === 0, "acknowledged");
    expect([...harness.database.symbols.keys()]).toEqual([1, 2]);
    expect(harness.database.orders.get(buy.id)).toMatchObject({
      filledQuantity: 400,
      filledQuote: 4_000_000n,
    });
    expect(harness.database.trades).toHaveLength(1);
    expect(harness.database.trades[0]?.tradeId).toBe(second?.trades[0]?.tradeId);
    expect(engine.state).toBe("active");
  });

  it("tells nobody anything before the commit: no reply, event, market datum or acknowledgement", async () => {
    const harness = new EngineHarness();
    const { records, consumer } = await harness.startActive();
    await until(() => harness.events.published.length > 0, "seed published");
    let release = (): void => undefined;
    records.hold = new Promise((resolve) => {
      release = resolve;
    });
    const before = [
      harness.events.published.length,
      harness.books.updates.length,
      consumer.acknowledgements.length,
    ];
    harness.queue.publish(message([harness.commands.place()]));
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(harness.replies()).toEqual([]);
    expect([
      harness.events.published.length,
      harness.books.updates.length,
      consumer.acknowledgements.length,
    ]).toEqual(before);
    release();
    await harness.replied(1);
    await until(() => harness.events.published.length > (before[0] ?? 0), "events");
  });

  it("matches the next batch while one commits, has one commit in flight, and replies once a batch and pod", async () => {
    const harness = new EngineHarness();
    const { records, told } = await harness.startActive();
    let release = (): void => undefined;
    records.hold = new Promise((resolve) => {
      release = resolve;
    });
    const commitsBefore = records.commits;
    harness.queue.publish(message([harness.commands.place()]));
    for (let turns = 0; turns < 20; turns++) await turn();
    for (let count = 0; count < 5; count++) {
      harness.queue.publish(message([harness.commands.place(), harness.commands.place()]));
    }
    for (let turns = 0; turns < 20; turns++) await turn();
    records.hold = null;
    const messagesBefore = harness.queue.replyMessages;
    release();
    await harness.replied(11);
    expect(records.commits - commitsBefore).toBe(2);
    expect(harness.queue.replyMessages - messagesBefore).toBe(2);
    const committed = told.filter(([what]) => what === "committed").map(([, report]) => report);
    expect(committed.slice(-2)).toMatchObject([{ commands: 1 }, { commands: 10 }]);
  });

  it("bounds a batch, and loses nothing of what waits", async () => {
    const harness = new EngineHarness({ batchCommands: 10 });
    const { told } = await harness.startActive();
    for (let count = 0; count < 40; count++) {
      harness.queue.publish(
        message([harness.commands.place(), harness.commands.place(), harness.commands.place()]),
      );
    }
    const outcomes = await harness.replied(120);
    expect(outcomes.map((outcome) => outcome.sequence)).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 3),
    );
    const sizes = told
      .filter(([what]) => what === "committed")
      .map(([, report]) => (report as { commands: number }).commands);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(12);
    await until(() => harness.queue.length === 0, "acknowledged");
  });

  it("takes a command once, however often it comes, and answers each time with the recorded outcome", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const place = harness.commands.place();
    harness.queue.publish(message([place]));
    harness.queue.publish(message([place], { resent: true }));
    await harness.replied(2);
    harness.queue.publish(message([place], { replyAddress: "pod-2" }));
    const [again] = await harness.replied(1, "pod-2");
    const [first, second] = harness.replies();
    expect(second).toEqual(first);
    expect(again).toEqual(first);
    expect(harness.database.group.lastSequence).toBe(3);
  });

  it("answers a duplicate of what is older than it keeps in memory out of the journal", async () => {
    const harness = new EngineHarness({ batchCommands: 1 });
    await harness.startActive();
    const first = harness.commands.place();
    harness.queue.publish(message([first]));
    for (let count = 0; count < 50; count++) harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(51);
    harness.queue.publish(message([first], { resent: true, replyAddress: "pod-2" }));
    expect(await harness.replied(1, "pod-2")).toEqual([harness.replies()[0]]);
  });

  it("refuses ids from more than five seconds ahead of its clock", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const { commands, time } = harness;
    const near = commands.place({}, commands.id(time.nowMs() + 5_000));
    const far = commands.place({}, commands.id(time.nowMs() + 5_001));
    harness.queue.publish(message([near, far]));
    const outcomes = await harness.replied(2);
    expect(outcomes.map(({ code }) => code)).toEqual([Code.NONE, Code.COMMAND_FROM_THE_FUTURE]);
    expect(outcomes[1]).toMatchObject({ kind: CommandKind.Refusal, commandId: far.id, orders: [] });
  });

  it("journals what cannot be decoded as a refusal, and matches the next one", async () => {
    const harness = new EngineHarness();
    const { told } = await harness.startActive();
    const broken = harness.commands.place();
    const good = harness.commands.place();
    harness.queue.publish(new Uint8Array([0xff, 1, 2, 3]));
    harness.queue.publish(message([{ ...broken, bytes: broken.bytes.subarray(0, 20) }, good]));
    const outcomes = await harness.replied(2);
    expect(outcomes).toMatchObject([
      { commandId: broken.id, code: Code.MALFORMED_COMMAND, kind: CommandKind.Refusal, sequence: 4 },
      { commandId: good.id, code: Code.NONE, sequence: 5 },
    ]);
    expect(told.filter(([what]) => what === "malformed")).toEqual([
      ["malformed", 3, 4],
      ["malformed", 4, 20],
    ]);
    await until(() => harness.queue.length === 0, "acknowledged");
  });

  it("ends what is due before the next command, and by itself when none comes", async () => {
    const harness = new EngineHarness();
    const { time } = harness;
    await harness.startActive();
    const expireAtMs = time.nowMs() + 60_000;
    const resting = harness.commands.place({ timeInForce: 4, expireAtMs, side: Side.Sell });
    const later = harness.commands.place({ timeInForce: 4, expireAtMs: expireAtMs + 60_000, price: 5_000 });
    harness.queue.publish(message([resting, later]));
    await harness.replied(2);
    time.jump(60_000);
    const taker = harness.commands.place();
    harness.queue.publish(message([taker]));
    const [outcome] = (await harness.replied(3)).slice(-1);
    expect(outcome).toMatchObject({ sequence: 6, trades: [] });
    expect(harness.database.orders.get(resting.id)).toMatchObject({
      status: OrderStatus.Expired,
      code: Code.EXPIRED_GOOD_TILL_DATE,
    });
    await time.advance(60_000);
    await until(
      () => harness.database.orders.get(later.id)?.status === OrderStatus.Expired,
      "expired by timer",
    );
    expect(harness.database.group.lastSequence).toBe(7);
  });

  it("never lets time go back, whatever its clock does", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    harness.queue.publish(message([harness.commands.place()]));
    const [before] = await harness.replied(1);
    harness.time.jump(-3_600_000);
    harness.queue.publish(message([harness.commands.place()]));
    const [, after] = await harness.replied(2);
    expect(after?.timeMs).toBe(before?.timeMs);
  });
});
