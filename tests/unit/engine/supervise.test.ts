import { describe, expect, it } from "vitest";
import type { EngineEnd, EngineState } from "../../../engine/engine-ports.ts";
import { type OpenedPorts, type RunningEngine, startEngine } from "../../../engine/supervise.ts";
import { message } from "../../support/engine/commands.ts";
import { EngineHarness, recordingObserver } from "../../support/engine/harness.ts";
import { turn, until } from "../../support/engine/manual-time.ts";
import type { MemoryConsumer } from "../../support/engine/memory-queue.ts";
import { MemoryRecords } from "../../support/engine/memory-records.ts";

interface Supervised {
  readonly running: RunningEngine;
  readonly consumers: MemoryConsumer[];
  readonly records: MemoryRecords[];
  readonly retries: (EngineEnd | Error)[];
  opened: number;
  closed: number;
  state: EngineState | null;
  reachable: boolean;
}

function supervise(
  harness: EngineHarness,
  restarts: (end: EngineEnd, wasPromoted: boolean) => boolean,
  reachable = true,
): Supervised {
  const supervised: Supervised = {
    running: {
      ended: Promise.resolve({ reason: "stopped" }),
      stop: async () => undefined,
      current: () => null,
    },
    consumers: [],
    records: [],
    retries: [],
    opened: 0,
    closed: 0,
    state: null,
    reachable,
  };
  const open = async (): Promise<OpenedPorts> => {
    if (!supervised.reachable) throw new Error("cannot be reached");
    const records = new MemoryRecords(harness.database);
    const consumer = harness.queue.consumer();
    supervised.records.push(records);
    supervised.consumers.push(consumer);
    supervised.opened += 1;
    return {
      ports: {
        consumer,
        records,
        snapshotStores: [harness.redis, harness.postgres],
        events: harness.events,
        marketData: harness.books,
        clock: harness.time,
        timers: harness.time,
        observer: {
          ...recordingObserver([]),
          stateChanged: (state) => {
            supervised.state = state;
          },
        },
      },
      close: async () => {
        supervised.closed += 1;
      },
    };
  };
  const running = startEngine({
    open,
    settings: harness.settings,
    timers: harness.time,
    restarts,
    retrying: (cause) => supervised.retries.push(cause),
  });
  return Object.assign(supervised, { running });
}

describe("a supervised engine", () => {
  it("backs off, unsubscribed, until what it needs can be reached", async () => {
    const harness = new EngineHarness();
    const supervised = supervise(harness, () => true, false);
    await until(() => supervised.retries.length === 1, "first try");
    await harness.time.advance(250);
    await until(() => supervised.retries.length === 2, "second try");
    expect(supervised.opened).toBe(0);
    supervised.reachable = true;
    await harness.time.advance(500);
    await until(() => supervised.state === "active", "active");
    await supervised.running.stop();
    expect(await supervised.running.ended).toEqual({ reason: "stopped" });
    expect(supervised.closed).toBe(supervised.opened);
  });

  it("begins again with ports of its own after a fault, and goes on where it was", async () => {
    const harness = new EngineHarness();
    const supervised = supervise(harness, () => true);
    await until(() => supervised.state === "active", "active");
    supervised.records[0]?.faults.push("lost after");
    const place = harness.commands.place();
    harness.queue.publish(message([place]));
    await until(() => supervised.retries.length === 1, "retry");
    expect(supervised.retries[0]).toMatchObject({ reason: "records-failed" });
    await harness.time.advance(250);
    const [outcome] = await harness.replied(1);
    expect(outcome?.commandId).toBe(place.id);
    expect([supervised.opened, supervised.closed]).toEqual([2, 1]);
    await supervised.running.stop();
    expect(supervised.closed).toBe(2);
  });

  it("ends for good where nobody is to begin again", async () => {
    const harness = new EngineHarness();
    const supervised = supervise(harness, (_, wasPromoted) => !wasPromoted);
    await until(() => supervised.state === "active", "active");
    supervised.consumers[0]?.lose();
    expect(await supervised.running.ended).toMatchObject({ reason: "consumer-lost" });
    expect(supervised.closed).toBe(1);
  });

  it("stops while it waits behind another engine, without having fenced it", async () => {
    const harness = new EngineHarness();
    const first = supervise(harness, () => true);
    await until(() => first.state === "active", "active");
    const second = supervise(harness, () => true);
    await until(() => second.state === "waiting", "waiting");
    await second.running.stop();
    expect(await second.running.ended).toEqual({ reason: "stopped" });
    harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(1);
    expect(harness.database.group.epoch).toBe(1);
    await first.running.stop();
  });

  it("stops between two engines", async () => {
    const harness = new EngineHarness();
    const supervised = supervise(harness, () => true);
    await until(() => supervised.state === "active", "active");
    supervised.reachable = false;
    supervised.consumers[0]?.lose();
    await until(() => supervised.retries.length === 1, "retry");
    for (let turns = 0; turns < 5; turns++) await turn();
    await supervised.running.stop();
    expect(await supervised.running.ended).toEqual({ reason: "stopped" });
  });
});
