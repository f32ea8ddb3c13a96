import fc from "fast-check";
import { applyToBoth } from "./compare.ts";
import { CoreSubject } from "./core-subject.ts";
import { type History, history } from "./generate.ts";
import { HistoryCommands } from "./history-commands.ts";
import { Invariants } from "./invariants.ts";
import type { Profile } from "./random-orders.ts";
import { TwinSubject } from "./subject.ts";

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
    const events = applyToBoth(core, twin, command);
    invariants.check(core, events, twin.symbols());
    if (core.core.lastSequence !== command.sequence) throw new Error("the sequence has a gap");
    tally.commands += 1;
    tally.events += events.length;
  }
}

/**
 * Fails with the seed and the shortest history found that still fails; MODEL_SEED repeats one. What is
 * left out is looked for here, in ever smaller pieces: fast-check's own shrinking takes minutes on lists of
 * this length.
 */
export function assertFor(
  profile: Profile,
  runs: number,
  length: number,
  check: (drawn: History, tally: Tally) => void,
  least = 1,
): void {
  const tally = new Tally();
  const seed = Number(process.env["MODEL_SEED"] ?? "");
  const parameters = Number.isSafeInteger(seed) && seed !== 0 ? { seed } : {};
  const failureOf = (drawn: History): unknown => {
    try {
      check(drawn, tally);
      return null;
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(history(profile, length, least), (drawn) => {
      const failure = failureOf(drawn);
      if (failure === null) return;
      // A mutation run only asks whether anything failed.
      if (process.env["MODEL_SHORTEN"] === "no") throw failure;
      const shortest = shorten(drawn, (shorter) => failureOf(shorter) !== null);
      throw new Error(`${textOf(shortest)}\n${failureOf(shortest) ?? failure}`, { cause: failure });
    }),
    { numRuns: runsOf(runs), endOnFailure: true, ...parameters },
  );
  console.log(tally.text(profile.name));
}

/** Leaves out halves, then quarters, and so on down to single steps, as long as the rest still fails. */
function shorten(drawn: History, fails: (shorter: History) => boolean): History {
  let { steps } = drawn;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length; ) {
      const shorter = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (fails({ ...drawn, steps: shorter })) steps = shorter;
      else at += size;
    }
  }
  return { ...drawn, steps };
}

function textOf(drawn: History): string {
  const json = (value: unknown): string =>
    JSON.stringify(value, (key, inner) => {
      if (typeof inner === "bigint") return String(inner);
      return key !== "status" && (inner === 0 || inner === "" || inner === false) ? undefined : inner;
    });
  return [json(drawn.markets), ...drawn.steps.map(json)].join("\n");
}
