import { afterEach, describe, expect, it, vi } from "vitest";
import { MatchingCore } from "../../../engine/core/matching-core.ts";
import type { RecoveryReport } from "../../../engine/engine-ports.ts";
import { message } from "../../support/engine/commands.ts";
import { EngineHarness, type RunningTestEngine } from "../../support/engine/harness.ts";
import { until } from "../../support/engine/manual-time.ts";

/** Places that rest, one a batch, each committed before the next. */
async function commitPlaces(harness: EngineHarness, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    harness.queue.publish(message([harness.commands.place()]));
    await until(() => harness.queue.length === 0, "committed");
  }
}

function savedBy({ told }: RunningTestEngine): number[] {
  return told
    .filter(([what, store]) => what === "snapshotSaved" && store === "postgres")
    .map(([, , at]) => Number(at));
}

afterEach(() => vi.restoreAllMocks());

describe("snapshots", () => {
  it("are taken on a schedule, at committed sequences, and one failing store does not matter", async () => {
    const harness = new EngineHarness({ snapshotEveryCommands: 5 });
    harness.redis.reachable = false;
    const engine = await harness.startActive();
    await commitPlaces(harness, 30);
    await until(() => savedBy(engine).length >= 2, "snapshots");
    for (const snapshot of harness.postgres.snapshots) {
      const row = harness.database.journal.find(({ lastSequence }) => lastSequence === snapshot.sequence);
      expect(row?.hash).toEqual(snapshot.hash);
    }
  });

  it("are taken by engines that never live as long as the interval: the way back does not grow with every crash", async () => {
    const harness = new EngineHarness({ snapshotEveryMs: 60_000, snapshotEveryCommands: 12 });
    for (let life = 0; life < 8; life++) {
      const engine = await harness.startActive();
      await commitPlaces(harness, 2);
      await harness.time.advance(2_000);
      await commitPlaces(harness, 2);
      engine.consumer.lose();
      await until(() => engine.end !== null, "the engine's end");
    }
    const last = await harness.startActive();
    const recovered = last.told.find(([what]) => what === "recovered")?.[1] as RecoveryReport;
    expect(recovered.source).toBe("redis");
    expect(recovered.replayedCommands).toBeLessThan(8);
  });

  it("are saved by a stand-by, of what is committed, so that the active engine need not stand still", async () => {
    const harness = new EngineHarness({ snapshotEveryCommands: 20 });
    const active = await harness.startActive();
    const standBy = harness.start();
    await until(() => standBy.engine.state === "waiting", "waiting");
    for (let round = 0; round < 60; round++) {
      await commitPlaces(harness, 2);
      await harness.time.advance(50);
    }
    expect(savedBy(standBy).length).toBeGreaterThanOrEqual(4);
    expect(savedBy(active)).toEqual([]);
    for (const snapshot of harness.postgres.snapshots) {
      const row = harness.database.journal.find(({ lastSequence }) => lastSequence === snapshot.sequence);
      expect(row).toMatchObject({ hash: snapshot.hash, epoch: snapshot.epoch });
    }
    active.consumer.lose();
    await harness.time.advance(1_000);
    await until(() => standBy.engine.state === "active", "take-over");
    const next = harness.start();
    await until(() => next.engine.state === "waiting", "waiting");
    standBy.consumer.lose();
    await harness.time.advance(1_000);
    await until(() => next.engine.state === "active", "take-over");
    const recovered = next.told.find(([what]) => what === "recovered")?.[1];
    expect(recovered).toMatchObject({ source: "redis" });
    expect(recovered).not.toMatchObject({ snapshotSequence: 0 });
  });

  it("that a stand-by is in the middle of keep no take-over waiting", async () => {
    vi.spyOn(MatchingCore.prototype, "snapshotSteps").mockImplementation(function* () {
      for (let step = 0; step < 100_000; step++) yield;
      throw new Error("somebody waited for the end");
    });
    // The active engine, which takes one at once, has more patience than there are commands.
    const harness = new EngineHarness({ snapshotEveryCommands: 6 });
    const active = await harness.startActive();
    const standBy = harness.start();
    await until(() => standBy.engine.state === "waiting", "waiting");
    await commitPlaces(harness, 5);
    await harness.time.advance(50);
    await until(() => vi.mocked(MatchingCore.prototype.snapshotSteps).mock.calls.length > 0, "begun");
    active.consumer.lose();
    await harness.time.advance(1_000);
    await until(() => standBy.engine.state === "active", "take-over");
    harness.queue.publish(message([harness.commands.place()]));
    await harness.replied(6);
    expect(harness.postgres.snapshots).toEqual([]);
  });

  it("that claim to be ahead, or are of another timeline, keep nobody from saving", async () => {
    const harness = new EngineHarness({ snapshotEveryCommands: 5 });
    const engine = await harness.startActive();
    await commitPlaces(harness, 1);
    await engine.engine.stop();
    const [good] = harness.redis.snapshots;
    if (good === undefined) throw new Error("a clean stop leaves a snapshot");
    harness.redis.snapshots = [{ ...good, sequence: 1_000_000 }];
    harness.postgres.snapshots = [
      { ...good, timeline: "0192a000-0000-7000-8000-00000000000f", sequence: 20 },
    ];
    const next = await harness.startActive();
    await commitPlaces(harness, 20);
    await until(() => savedBy(next).length > 0, "a snapshot");
  });
});
