import { describe, it } from "vitest";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { applyToBoth, compareStates, same } from "./compare.ts";
import { CoreSubject } from "./core-subject.ts";
import { assertFor, type Tally } from "./drive.ts";
import type { History } from "./generate.ts";
import { HistoryCommands } from "./history-commands.ts";
import { CASCADES, DEEP, EVERYTHING, HUGE } from "./profiles.ts";
import { TwinSubject } from "./subject.ts";

/** A core that goes on from its own snapshot now and then does what one without a break does. */
function driveWithRestarts(drawn: History, tally: Tally): void {
  const whole = new CoreSubject();
  const broken = new CoreSubject();
  const twin = new TwinSubject();
  // Prime to the mix of steps, so that breaks come anywhere; the history's length moves them.
  const every = 7 + (drawn.steps.length % 61);
  tally.histories += 1;
  for (const command of new HistoryCommands(twin.twin).of(drawn)) {
    const events = applyToBoth(whole, twin, command);
    same("events after a restart", broken.apply(command), events);
    tally.commands += 1;
    tally.events += events.length;
    if (command.sequence % every !== 0) continue;
    const bytes = broken.core.snapshot();
    same("hash before a restart", broken.core.stateHash(), whole.core.stateHash());
    broken.core = MatchingCore.restore(bytes);
    same("hash after a restart", broken.core.stateHash(), whole.core.stateHash());
    compareStates(broken, twin, "after a restart");
    same("bytes after a restart", digest(broken.core.snapshot()), digest(bytes));
  }
  same("hash at the end", broken.core.stateHash(), whole.core.stateHash());
  same("bytes at the end", digest(broken.core.snapshot()), digest(whole.core.snapshot()));
}

function digest(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

describe("snapshot at any point and the rest make the whole run, hash and bytes equal", () => {
  for (const [profile, runs] of [
    [EVERYTHING, 40],
    [DEEP, 15],
    [CASCADES, 25],
    [HUGE, 20],
  ] as const) {
    it(profile.name, { timeout: 600_000 }, () => assertFor(profile, runs, 500, driveWithRestarts));
  }
});
