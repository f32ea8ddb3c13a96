import process from "node:process";
import { describe, expect, it } from "vitest";
import type { MatchingCore } from "../../engine/core/matching-core.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { workloadCommand, workloadCore } from "../support/workload.ts";

/** More than a segment of the order table holds, so that rows not given back would need new ones. */
const TIMES = 20_000;

/** One order comes to rest and is cancelled, again and again. */
function comeAndGo(core: MatchingCore, times: number, displayQuantity: number): void {
  const command = workloadCommand();
  command.order.quantity = 10;
  command.order.displayQuantity = displayQuantity;
  for (let time = 0; time < times; time += 1) {
    command.kind = CommandKind.Place;
    command.sequence = core.lastSequence + 1;
    command.order.id.d = time + 1;
    core.apply(command);
    command.kind = CommandKind.Cancel;
    command.sequence = core.lastSequence + 1;
    command.target.d = time + 1;
    core.apply(command);
  }
}

describe("memory", () => {
  it.each([
    ["plain orders", 0],
    ["icebergs", 2],
  ])("is used again where %s come and go", (_what, displayQuantity) => {
    const core = workloadCore();
    comeAndGo(core, 100, displayQuantity);
    const before = process.memoryUsage().arrayBuffers;
    comeAndGo(core, TIMES, displayQuantity);
    expect(core.openOrderCount).toBe(0);
    // Rows not given back would be over 2 MB by now.
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 500_000);
  });
});
