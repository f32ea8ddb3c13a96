import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FencedError, type Snapshot, type SnapshotStore } from "../../engine/ports.ts";

/** What every snapshot store must do (`SnapshotStore` of `engine/ports.ts`). */
export interface SnapshotStoreHarness {
  readonly store: SnapshotStore;
  close(): Promise<void>;
}

const TIMELINE = "0192a000-0000-7000-8000-000000000001";

let groupsMade = 0;

/** Runs the suite against one adapter. `makeHarness` is called before each test. */
export function describeSnapshotStore(name: string, makeHarness: () => Promise<SnapshotStoreHarness>): void {
  describe(`snapshot store: ${name}`, () => {
    let harness: SnapshotStoreHarness;
    let group: string;
    const save = (parts: Partial<Snapshot>) => harness.store.save(snapshot({ group, ...parts }));
    const sequences = async () => (await harness.store.list(group)).map(({ sequence }) => sequence);

    beforeEach(async () => {
      harness = await makeHarness();
      groupsMade += 1;
      group = `snapshots-${process.pid}-${Date.now().toString(36)}-${groupsMade}`;
    });
    afterEach(() => harness.close());

    it("lists nothing of a group that was never saved", async () => {
      expect(await harness.store.list(group)).toEqual([]);
    });

    it("gives back what was saved, every field and byte", async () => {
      const saved = snapshot({
        group,
        epoch: 7,
        sequence: 8_000_000_000_000,
        hash: Uint8Array.from({ length: 32 }, (_, i) => 255 - i),
        formatVersion: 3,
        rulesVersion: 5,
        takenAtMs: 1_700_000_000_123,
        body: Uint8Array.from({ length: 256 }, (_, i) => i),
      });
      await harness.store.save(saved);
      const listed = (await harness.store.list(group)).map((each) => ({
        ...each,
        hash: Uint8Array.from(each.hash),
        body: Uint8Array.from(each.body),
      }));
      expect(listed).toEqual([saved]);
    });

    it("lists newest first and keeps the newest few", async () => {
      for (let sequence = 10; sequence <= 60; sequence += 10) await save({ sequence });
      const kept = await sequences();
      expect(kept.slice(0, 2)).toEqual([60, 50]);
      expect(kept).toEqual([...kept].sort((a, b) => b - a));
      expect(kept.length).toBeLessThanOrEqual(5);
      expect((await harness.store.list(group, 1)).map(({ sequence }) => sequence)).toEqual([60]);
    });

    it("carries an empty body and one of ten mebibytes", async () => {
      const large = Uint8Array.from({ length: 10 * 1_048_576 + 1 }, (_, i) => (i * 7 + (i >>> 12)) & 0xff);
      await save({ sequence: 1, body: new Uint8Array(0) });
      await save({ sequence: 2, body: large });
      const [second, first] = await harness.store.list(group);
      expect(Buffer.compare(large, second!.body)).toBe(0);
      expect(first!.body.length).toBe(0);
    });

    it("keeps groups apart", async () => {
      const other = `${group}-other`;
      await save({ sequence: 1, epoch: 9 });
      await save({ group: other, sequence: 2, epoch: 1 });
      expect(await sequences()).toEqual([1]);
      expect((await harness.store.list(other)).map(({ sequence }) => sequence)).toEqual([2]);
    });

    it("refuses a writer with an older epoch than it has seen, and keeps what it had", async () => {
      await save({ sequence: 10, epoch: 2 });
      await expect(save({ sequence: 20, epoch: 1 })).rejects.toBeInstanceOf(FencedError);
      expect(await sequences()).toEqual([10]);
      await save({ sequence: 20, epoch: 2 });
      await save({ sequence: 30, epoch: 3 });
      await expect(save({ sequence: 40, epoch: 2 })).rejects.toBeInstanceOf(FencedError);
      expect((await sequences())[0]).toBe(30);
    });

    it("tells where the newest stands, without its body", async () => {
      expect(await harness.store.newest(group)).toBeNull();
      await save({ sequence: 10, epoch: 2 });
      await save({ sequence: 20, epoch: 3, body: new Uint8Array(100_000) });
      expect(await harness.store.newest(group)).toMatchObject({
        timeline: TIMELINE,
        epoch: 3,
        sequence: 20,
      });
    });

    it("takes a second snapshot of the same sequence", async () => {
      await save({ sequence: 10, body: Uint8Array.of(1) });
      await save({ sequence: 10, body: Uint8Array.of(1) });
      const listed = await harness.store.list(group);
      expect(listed[0]).toMatchObject({ sequence: 10 });
      expect([...listed[0]!.body]).toEqual([1]);
    });
  });
}

export function snapshot(parts: Partial<Snapshot>): Snapshot {
  return {
    group: "main",
    timeline: TIMELINE,
    epoch: 1,
    sequence: 1,
    hash: new Uint8Array(32),
    formatVersion: 1,
    rulesVersion: 1,
    takenAtMs: 1_700_000_000_000,
    body: Uint8Array.of(1, 2, 3),
    ...parts,
  };
}
