import { describe, it } from "vitest";
import { SymbolStatus } from "../../engine/core/terms.ts";
import { applyToBoth, compareStates } from "./compare.ts";
import { CoreSubject } from "./core-subject.ts";
import { assertFor, type Tally } from "./drive.ts";
import type { History, Step } from "./generate.ts";
import { HistoryCommands } from "./history-commands.ts";
import { GROWING } from "./profiles.ts";
import { TwinSubject } from "./subject.ts";

/** One command that ends a great part of what has grown: the busiest user's orders, then a symbol's. */
const GREAT_ENDS: readonly Step[] = [
  { advanceMs: 1, symbol: 1, action: { kind: "kill", user: 0, enabled: true } },
  { advanceMs: 1, symbol: 1, action: { kind: "status", status: SymbolStatus.Delisted } },
];

/** Events after every command; the whole state, which is large here, now and then. */
function driveFar(drawn: History, tally: Tally): void {
  const core = new CoreSubject();
  const twin = new TwinSubject();
  tally.histories += 1;
  let most = 0;
  for (const command of new HistoryCommands(twin.twin).of({
    ...drawn,
    steps: [...drawn.steps, ...GREAT_ENDS],
  })) {
    tally.commands += 1;
    tally.events += applyToBoth(core, twin, command, command.sequence % 1_000 === 0).length;
    most = Math.max(most, core.core.openOrderCount);
  }
  compareStates(core, twin, "at the end");
  console.log(`at most ${most} open orders`);
}

describe("core and naive twin agree while everything grows", () => {
  it("through thousands of orders, users and levels", { timeout: 600_000 }, () => {
    assertFor(GROWING, 1, 9_000, driveFar, 9_000);
  });
});
