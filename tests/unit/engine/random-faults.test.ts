import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Command } from "../../../engine/core/command.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { Side } from "../../../engine/core/terms.ts";
import { formatId } from "../../../engine/ids.ts";
import { eventsOf } from "../../../engine/outbound-events.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import { newestCopy, replayJournal } from "../../../engine/recovery.ts";
import { decodeCommand } from "../../../engine/wire/command-codec.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";
import { message, type Sent } from "../../support/engine/commands.ts";
import { EngineHarness, type RunningTestEngine, recordingObserver } from "../../support/engine/harness.ts";
import { turn, until } from "../../support/engine/manual-time.ts";
import { MemoryRecords } from "../../support/engine/memory-records.ts";

/** One thing that a run does, or that befalls it. */
type Step =
  | { readonly kind: "place"; readonly count: number; readonly price: number }
  | { readonly kind: "cancel" | "resend" | "duplicate"; readonly pick: number }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array }
  | { readonly kind: "lose" | "cut off" | "start" | "stop" }
  | { readonly kind: "commit fault"; readonly fault: "lost before" | "lost after" }
  | { readonly kind: "snapshots"; readonly how: "gone" | "torn" | "away" | "back" | "ahead" }
  | { readonly kind: "events fail"; readonly times: number }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "clock"; readonly ms: number }
  | { readonly kind: "turns"; readonly count: number };

const pick = fc.nat({ max: 999 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("place" as const),
      count: fc.integer({ min: 1, max: 6 }),
      price: fc.integer({ min: 98, max: 102 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("cancel" as const, "resend", "duplicate"), pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("garbage" as const), bytes: fc.uint8Array({ maxLength: 30 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("lose" as const, "cut off", "start", "stop") }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("commit fault" as const),
      fault: fc.constantFrom("lost before" as const, "lost after"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("snapshots" as const),
      how: fc.constantFrom("gone" as const, "torn", "away", "back", "ahead"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("events fail" as const),
      times: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("clock" as const),
      ms: fc.integer({ min: -60_000, max: 4_000 }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant("turns" as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
);

class Run {
  readonly harness = new EngineHarness(
    { batchCommands: 8, snapshotEveryCommands: 10, followEveryMs: 50 },
    undefined,
    16,
  );
  readonly engines: RunningTestEngine[] = [];
  /** Everything put on the queue that can be decoded. */
  readonly sent: Sent[] = [];
  readonly #orders: Sent[] = [];

  async do(step: Step): Promise<void> {
    const { harness } = this;
    switch (step.kind) {
      case "place":
        return this.#send(
          Array.from({ length: step.count }, (_, index) =>
            harness.commands.place({
              side: index % 2 === 0 ? Side.Buy : Side.Sell,
              price: step.price,
              quantity: 10 * (index + 1),
              userId: `user-${index}`,
            }),
          ),
        );
      case "cancel": {
        const order = this.#orders[step.pick % Math.max(1, this.#orders.length)];
        if (order !== undefined) this.#send([harness.commands.cancel(order.id, "user-0")], false);
        return;
      }
      case "resend":
      case "duplicate": {
        const one = this.sent[step.pick % Math.max(1, this.sent.length)];
        if (one !== undefined) harness.queue.publish(message([one], { resent: step.kind === "resend" }));
        return;
      }
      case "garbage":
        return harness.queue.publish(new Uint8Array([0xff, ...step.bytes]));
      case "start":
        if (this.#live().length < 3) this.engines.push(harness.start());
        return;
      case "lose":
        return this.#promoted()?.consumer.lose();
      case "cut off":
        return this.#promoted()?.consumer.cutOff();
      case "stop":
        void this.#promoted()?.engine.stop();
        return;
      case "commit fault":
        this.#promoted()?.records.faults.push(step.fault);
        return;
      case "snapshots":
        return this.#spoilSnapshots(step.how);
      case "events fail":
        harness.events.failures = step.times;
        return;
      case "time":
        return harness.time.advance(step.ms);
      case "clock":
        return harness.time.jump(step.ms);
      case "turns":
        for (let count = 0; count < step.count; count++) await turn();
        return;
    }
  }

  /** No more faults: what is there must come to its end. */
  async settle(): Promise<void> {
    const { harness } = this;
    harness.redis.reachable = true;
    harness.events.failures = 0;
    for (const { records, consumer } of this.#live()) {
      records.faults.length = 0;
      // Whoever was cut off finds out now, and goes.
      if (consumer.frozen) consumer.lose();
    }
    this.engines.push(harness.start());
    await until(() => {
      void harness.time.advance(300);
      const { lastSequence, publishedSequence } = harness.database.group;
      return harness.queue.length === 0 && lastSequence > 0 && publishedSequence === lastSequence;
    }, "everything handled");
    const ends = this.engines.map(({ end }) => end?.reason);
    expect(ends).not.toContain("history-refused");
    expect(ends).not.toContain("command-failed");
  }

  #send(sent: readonly Sent[], orders = true): void {
    this.sent.push(...sent);
    if (orders) this.#orders.push(...sent);
    this.harness.queue.publish(message(sent));
  }

  #live(): RunningTestEngine[] {
    return this.engines.filter(({ end }) => end === null);
  }

  #promoted(): RunningTestEngine | undefined {
    return this.#live().find(({ engine, consumer }) => engine.wasPromoted && !consumer.frozen);
  }

  #spoilSnapshots(how: "gone" | "torn" | "away" | "back" | "ahead"): void {
    const { redis, postgres } = this.harness;
    if (how === "away" || how === "back") redis.reachable = how === "back";
    else if (how === "gone") redis.snapshots = [];
    else if (how === "torn") {
      redis.snapshots = redis.snapshots.map((one) => ({
        ...one,
        body: one.body.subarray(0, one.body.length >> 1),
      }));
    } else postgres.snapshots = postgres.snapshots.map((one) => ({ ...one, sequence: one.sequence + 3 }));
  }
}

/** Outcomes by command id, out of the journal; an id that is there twice fails. */
function journaled(run: Run): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  let sequence = 0;
  const command = new Command();
  for (const row of run.harness.database.journal) {
    for (const entry of readEntries(row)) {
      sequence += 1;
      const outcome = decodeOutcome(entry.outcome);
      expect(decodeCommand(entry.command, 0, entry.command.length, command)).toBe(true);
      expect(outcome).toMatchObject({ sequence, commandId: formatId(command.id) });
      if (formatId(command.id).startsWith("00000000-0000")) continue;
      expect(outcomes.has(outcome.commandId)).toBe(false);
      outcomes.set(outcome.commandId, outcome);
    }
  }
  return outcomes;
}

async function expectGuarantees(run: Run): Promise<void> {
  const { harness } = run;
  const { database } = harness;
  const outcomes = journaled(run);
  // No confirmed command is dropped, and each took effect once.
  for (const { id } of run.sent) expect(outcomes.has(id)).toBe(true);
  // Whatever was told is what was committed.
  for (const outcome of harness.replies()) expect(outcome).toEqual(outcomes.get(outcome.commandId));
  const origin = {
    group: "main",
    timeline: database.group.timeline,
    symbolOf: (symbol: number): SymbolSpec | undefined => database.symbols.get(symbol),
  };
  const due = database.journal.flatMap((row) => eventsOf(row, origin));
  const told = new Map(harness.events.published.map((event) => [event.id, event]));
  expect(told.size).toBe(due.length);
  for (const event of due) expect(told.get(event.id)).toEqual(event);
  // The records are what the journal gives.
  const records = new MemoryRecords(database);
  const ports = {
    records,
    snapshotStores: [],
    clock: harness.time,
    timers: harness.time,
    observer: recordingObserver([]),
  };
  const { replay } = await newestCopy(ports, database.group);
  await replayJournal(ports, "main", replay, database.group.lastSequence);
  expect(replay.hash).toEqual(database.group.hash);
  const live = [...database.orders.values()].filter(({ status }) => status < 3).length;
  expect(replay.history.core.openOrderCount).toBe(live);
}

describe("engines under random faults", () => {
  it("do each command once, tell only what is committed, drop nothing, and end in one history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80, size: "max" }), async (steps) => {
        const run = new Run();
        run.engines.push(run.harness.start());
        for (const one of steps) await run.do(one);
        await run.settle();
        await expectGuarantees(run);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
