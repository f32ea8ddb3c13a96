import { afterEach, describe, expect, it, vi } from "vitest";
import { Code } from "../../../engine/core/codes.ts";
import { MatchingCore } from "../../../engine/core/matching-core.ts";
import { CommandKind, OrderStatus, TimeInForce } from "../../../engine/core/terms.ts";
import { formatId } from "../../../engine/ids.ts";
import type { JournalBatch } from "../../../engine/ports.ts";
import { salvageCommandId } from "../../../engine/wire/command-codec.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { message, type Sent } from "../../support/engine/commands.ts";
import { EngineHarness, type RunningTestEngine } from "../../support/engine/harness.ts";
import { until } from "../../support/engine/manual-time.ts";

afterEach(() => vi.restoreAllMocks());

async function endOf(running: RunningTestEngine): Promise<string> {
  await until(() => running.end !== null, "the engine's end");
  return running.end?.reason ?? "";
}

/** Whether the row holds this command, and not the refusal in its place. */
function holds(row: JournalBatch, commandId: string): boolean {
  const id = { a: 0, b: 0, c: 0, d: 0 };
  return [...readEntries(row)].some(
    ({ command, refused }) =>
      refused.length === 0 && salvageCommandId(command, id) && formatId(id) === commandId,
  );
}

function gtdPlaces(harness: EngineHarness, count: number): Sent[] {
  const expireAtMs = harness.time.nowMs() + 10_000;
  return Array.from({ length: count }, (_, index) =>
    harness.commands.place({ timeInForce: TimeInForce.Gtd, expireAtMs, userId: `user-${index % 50}` }),
  );
}

function publish(harness: EngineHarness, sent: readonly Sent[]): void {
  for (let at = 0; at < sent.length; at += 100) harness.queue.publish(message(sent.slice(at, at + 100)));
}

/** As the group's symbols, then what else the journal has, in order. */
function kindsIn(harness: EngineHarness): number[] {
  return harness.database.journal
    .flatMap((row) => [...readEntries(row)])
    .map(({ command }) => command[1] ?? 0)
    .filter((kind) => kind !== CommandKind.DefineSymbol);
}

describe("a command that the records will never take", () => {
  it("is refused at the third time, and what came together with it is committed", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const sent = Array.from({ length: 5 }, () => harness.commands.place());
    const [, , bad] = sent;
    harness.database.refuses = (row) => holds(row, bad?.id ?? "");
    harness.queue.publish(message(sent));
    expect(await endOf(first)).toBe("command-failed");
    expect(await endOf(harness.start())).toBe("command-failed");
    const third = harness.start();
    expect(await endOf(third)).toBe("command-failed");
    expect(third.end).toMatchObject({ commandId: bad?.id, failures: 3 });
    const fourth = await harness.startActive();
    await until(() => harness.queue.length === 0, "the queue is empty");
    expect(sent.map(({ id }) => harness.database.orders.get(id)?.status)).toEqual([
      OrderStatus.Open,
      OrderStatus.Open,
      undefined,
      OrderStatus.Open,
      OrderStatus.Open,
    ]);
    expect(harness.replies().find(({ commandId }) => commandId === bad?.id)?.code).toBe(
      Code.INTERNAL_REFUSED,
    );
    expect(fourth.told.filter(([what]) => what === "poisonRefused")).toEqual([
      ["poisonRefused", bad?.id, expect.any(Number)],
    ]);
  });

  it("does not hold up the group where a whole batch was refused by mistake", async () => {
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const sent = Array.from({ length: 20 }, () => harness.commands.place());
    harness.database.refuses = () => true;
    harness.queue.publish(message(sent.slice(0, 10)));
    harness.queue.publish(message(sent.slice(10)));
    expect(await endOf(first)).toBe("command-failed");
    harness.database.refuses = () => false;
    await harness.startActive();
    await harness.replied(20);
    expect(sent.map(({ id }) => harness.database.orders.get(id)?.status)).toEqual(
      sent.map(() => OrderStatus.Open),
    );
    expect(new Set(harness.replies().map(({ commandId }) => commandId)).size).toBe(20);
  });
});

describe("what is due", () => {
  it("ends in commands of a bounded size, all of it before the next command", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const sent = gtdPlaces(harness, 2_300);
    publish(harness, sent);
    await harness.replied(sent.length);
    harness.time.jump(10_000);
    harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(sent.length + 1);
    const { ExpireDue, Place } = CommandKind;
    expect(kindsIn(harness).slice(sent.length)).toEqual([ExpireDue, ExpireDue, ExpireDue, Place]);
    expect(sent.every(({ id }) => harness.database.orders.get(id)?.status === OrderStatus.Expired)).toBe(
      true,
    );
  });

  it("ends by time alone, in as many commands as it takes", async () => {
    const harness = new EngineHarness();
    await harness.startActive();
    const sent = gtdPlaces(harness, 1_500);
    publish(harness, sent);
    await harness.replied(sent.length);
    await harness.time.advance(10_000);
    for (let turns = 0; turns < 50; turns++) await harness.time.advance(1);
    expect(sent.every(({ id }) => harness.database.orders.get(id)?.status === OrderStatus.Expired)).toBe(
      true,
    );
  });

  it("is given up, with an alert, when it makes engines fail three times, and the group goes on", async () => {
    const apply = MatchingCore.prototype.apply;
    vi.spyOn(MatchingCore.prototype, "apply").mockImplementation(function (this: MatchingCore, command) {
      if (command.kind === CommandKind.ExpireDue) throw new Error("planted");
      apply.call(this, command);
    });
    const harness = new EngineHarness();
    const first = await harness.startActive();
    const [due] = gtdPlaces(harness, 1);
    publish(harness, [due as Sent]);
    await harness.replied(1);
    harness.time.jump(10_000);
    harness.queue.publish(message([harness.commands.place()]));
    expect(await endOf(first)).toBe("command-failed");
    expect(await endOf(harness.start())).toBe("command-failed");
    const third = harness.start();
    expect(await endOf(third)).toBe("command-failed");
    expect(third.end).toMatchObject({ failures: 3 });
    const fourth = await harness.startActive();
    await harness.replied(2);
    expect(fourth.told.filter(([what]) => what === "poisonRefused")).toHaveLength(1);
    expect(harness.database.orders.get(due?.id ?? "")?.status).toBe(OrderStatus.Open);
    await fourth.engine.stop();
    const fifth = await harness.startActive();
    harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(3);
    expect(fifth.told.filter(([what]) => what === "poisonRefused")).toHaveLength(0);
  });
});
