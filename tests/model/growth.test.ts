import { describe, it } from "vitest";
import { applyToBoth, compareStates } from "./compare.ts";
import { CoreSubject } from "./core-subject.ts";
import { assertFor, type Tally } from "./drive.ts";
import type { History } from "./generate.ts";
import { HistoryCommands } from "./history-commands.ts";
import { GROWING } from "./profiles.ts";
import { TwinSubject } from "./subject.ts";

/** Events after every command; the whole state, which is large here, now and then. */
function driveFar(drawn: History, tally: Tally): void {
  const core = new CoreSubject();
  const twin = new TwinSubject();
  tally.histories += 1;
  for (const command of new HistoryCommands(twin.twin).of(drawn)) {
    tally.commands += 1;
    tally.events += applyToBoth(core, twin, command, command.sequence % 1_000 === 0).length;
  }
  compareStates(core, twin, "at the end");
}

describe("core and naive twin agree while everything grows", () => {
  it("through thousands of orders", { timeout: 600_000 }, () => {
    assertFor(GROWING, 1, 6_000, driveFar, 6_000);
  });
});
