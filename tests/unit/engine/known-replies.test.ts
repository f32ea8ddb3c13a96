import { describe, expect, it } from "vitest";
import { KnownReplies } from "../../../engine/known-replies.ts";
import type { JournalBatch } from "../../../engine/ports.ts";
import { RecentRows } from "../../../engine/recent-rows.ts";
import { message } from "../../support/engine/commands.ts";
import { EngineHarness } from "../../support/engine/harness.ts";
import { turn, until } from "../../support/engine/manual-time.ts";
import { MemoryRecords } from "../../support/engine/memory-records.ts";

/** Records with so many rows of one command each behind the symbols', and what was looked up in them. */
async function recordsOf(
  rows: number,
): Promise<{ records: MemoryRecords; looked: number[]; journal: JournalBatch[] }> {
  const harness = new EngineHarness();
  const engine = await harness.startActive();
  for (let index = 0; index < rows; index++) {
    harness.queue.publish(message([harness.commands.place()]));
    await until(() => harness.queue.length === 0, "committed");
  }
  await engine.engine.stop();
  const looked: number[] = [];
  const records = new MemoryRecords(harness.database);
  const journalAt = records.journalAt.bind(records);
  records.journalAt = (group, sequence) => {
    looked.push(sequence);
    return journalAt(group, sequence);
  };
  return { records, looked, journal: harness.database.journal };
}

function answering(records: MemoryRecords, recent: RecentRows): { known: KnownReplies; told: string[] } {
  const told: string[] = [];
  const known = new KnownReplies(
    "main",
    records,
    recent,
    (address) => told.push(address),
    () => undefined,
  );
  return { known, told };
}

describe("commands that were sequenced before", () => {
  it("are answered at once out of the last rows, with no look into the records", async () => {
    const { records, looked, journal } = await recordsOf(3);
    const recent = new RecentRows(1 << 20);
    for (const row of journal) recent.add(row);
    const { known, told } = answering(records, recent);
    known.answer([3, 4, 5].map((sequence) => ({ replyAddress: `pod-${sequence}`, sequence })));
    expect(told.sort()).toEqual(["pod-3", "pod-4", "pod-5"]);
    expect(looked).toEqual([]);
  });

  it("that need a look-up are answered one after the other, those asked for last first", async () => {
    const { records, looked } = await recordsOf(5);
    const { known, told } = answering(records, new RecentRows(1 << 20));
    known.answer([3, 4].map((sequence) => ({ replyAddress: `pod-${sequence}`, sequence })));
    await until(() => looked.length === 1, "the first look");
    known.answer([{ replyAddress: "pod-6", sequence: 6 }]);
    await known.drain();
    expect(told).toEqual(["pod-4", "pod-6", "pod-3"]);
    expect(looked).toEqual([4, 6, 3]);
  });

  it("that are asked for again meanwhile cost no second look-up", async () => {
    const { records, looked } = await recordsOf(2);
    const { known, told } = answering(records, new RecentRows(1 << 20));
    for (let again = 0; again < 50; again++) known.answer([{ replyAddress: "pod", sequence: 3 }]);
    await known.drain();
    known.answer([{ replyAddress: "pod", sequence: 3 }]);
    await turn();
    expect(looked).toEqual([3]);
    expect(told).toEqual(["pod", "pod"]);
  });
});

describe("the last rows", () => {
  it("are kept as far as their bytes go, and found by any sequence that they hold", () => {
    const rows = new RecentRows(1_000);
    const row = (firstSequence: number): JournalBatch => ({
      epoch: 1,
      firstSequence,
      lastSequence: firstSequence + 9,
      timeMs: 0,
      rulesVersion: 1,
      payload: new Uint8Array(100),
      hash: new Uint8Array(32),
    });
    for (let first = 1; first <= 100_001; first += 10) rows.add(row(first));
    expect(rows.find(100_010)?.firstSequence).toBe(100_001);
    expect(rows.find(99_920)?.firstSequence).toBe(99_911);
    expect(rows.find(99_910)).toBeUndefined();
    expect(rows.find(100_011)).toBeUndefined();
  });
});
