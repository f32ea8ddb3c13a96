import fc from "fast-check";
import { applyToBoth } from "./compare.ts";
import { CoreSubject } from "./core-subject.ts";
import { type History, history } from "./generate.ts";
import { HistoryCommands } from "./history-commands.ts";
import { Invariants } from "./invariants.ts";
import type { Profile } from "./random-orders.ts";
import { TwinSubject } from "./subject.ts";

/** Symbols that a history may define. */
export const SYMBOLS = [1, 2, 3] as const;

/** Histories per property: MODEL_RUNS in the environment, else what keeps a file well under a minute. */
export function runsOf(usual: number): number {
  const given = Number(process.env["MODEL_RUNS"] ?? "");
  return Number.isSafeInteger(given) && given > 0 ? given : usual;
}

/** How many commands and trades a property drove. */
export class Tally {
  histories = 0;
  commands = 0;
  events = 0;

  text(name: string): string {
    return `${name}: ${this.histories} histories, ${this.commands} commands, ${this.events} events`;
  }
}

/** The core and the twin through one history, compared and checked after every command. */
export function driveBoth(drawn: History, tally: Tally): void {
  const core = new CoreSubject();
  const twin = new TwinSubject();
  const invariants = new Invariants();
  tally.histories += 1;
  for (const command of new HistoryCommands(twin.twin).of(drawn)) {
    const events = applyToBoth(core, twin, command, SYMBOLS);
    invariants.check(core, events, SYMBOLS);
    if (core.core.lastSequence !== command.sequence) throw new Error("the sequence has a gap");
    tally.commands += 1;
    tally.events += events.length;
  }
}

/** Fails with its seed and the shortest history that still fails; MODEL_SEED repeats one. */
export function assertFor(
  profile: Profile,
  runs: number,
  length: number,
  check: (drawn: History, tally: Tally) => void,
): void {
  const tally = new Tally();
  const seed = Number(process.env["MODEL_SEED"] ?? "");
  const parameters = Number.isSafeInteger(seed) && seed !== 0 ? { seed } : {};
  fc.assert(
    fc.property(history(profile, length), (drawn) => check(drawn, tally)),
    { numRuns: runsOf(runs), ...parameters },
  );
  console.log(tally.text(profile.name));
}
