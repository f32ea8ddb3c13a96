import { ScenarioBook } from "./book.ts";
import type { BookState, ScenarioTrade, StepOutcome } from "./book-state.ts";
import { type CheckedExpectation, checkExpectation, needsState } from "./check.ts";
import type { Difference } from "./check-values.ts";
import type { ScenarioEngine } from "./engine.ts";
import type { Expectation, Scenario, Step } from "./scenario.ts";

/** How a scenario went. It passed when `failures` is empty. */
export interface ScenarioResult {
  readonly name: string;
  readonly failures: readonly StepFailure[];
  /** Keys of expectations that were compared. */
  readonly checked: number;
  /** Why → key → how many were not compared. */
  readonly unchecked: ReadonlyMap<string, number>;
}

export interface StepFailure {
  /** From 1; null: at the end. */
  readonly step: number | null;
  /** The command, as the file has it. */
  readonly command: string;
  readonly differences: readonly Difference[];
}

const NOTHING_DONE: StepOutcome = { refusal: null, killed: false, trades: [] };

/** Takes one scenario through the engine behind `engine`, checking each step and the end. */
export async function runScenario(scenario: Scenario, engine: ScenarioEngine): Promise<ScenarioResult> {
  if (scenario.fault !== null) return notUnderstood(scenario.name, scenario.fault);
  const book = new ScenarioBook(await engine.open());
  const tally = new Tally(scenario.name);
  const allTrades: ScenarioTrade[] = [];
  const aggregated = scenario.steps.some((step) => step.expect["tradesAggregated"] === true);
  for (const [index, step] of scenario.steps.entries()) {
    const before = needsState(step.expect, "before") ? await book.state() : null;
    const outcome = await carryOut(step, book);
    allTrades.push(...outcome.trades);
    const after = await stateFor(step.expect, book);
    const seen = { step, outcome, before, after, aggregated: step.expect["tradesAggregated"] === true };
    tally.add(index + 1, shownCommand(step), checkExpectation(step.expect, seen));
  }
  const after = await stateFor(scenario.expect, book);
  const outcome = { ...NOTHING_DONE, trades: allTrades };
  const seen = { step: null, outcome, before: null, after, aggregated };
  tally.add(null, "at the end", checkExpectation(scenario.expect, seen));
  return tally.result();
}

/**
 * Takes scenarios through, `parallel` at a time: their books have nothing to do with each other. The
 * results come in the order of the scenarios.
 * @param onResult hears of each as soon as it is its turn
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  engine: ScenarioEngine,
  parallel: number,
  onResult: (result: ScenarioResult) => void,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  const running: Promise<ScenarioResult>[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const run = runScenario(scenario, engine);
    // A failure is told when its turn comes; until then it must not count as one nobody looks at.
    run.catch(() => undefined);
    running.push(run);
    const isLast = index === scenarios.length - 1;
    while (running.length >= parallel || (isLast && running.length > 0)) {
      const result = (await running[0]) as ScenarioResult;
      running.shift();
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

function carryOut(step: Step, book: ScenarioBook): Promise<StepOutcome> {
  switch (step.op) {
    case "place":
      return book.place(step);
    case "cancel":
      return book.cancel(step);
    case "reduce":
      return book.reduce(step);
    case "replace":
      return book.replace(step);
  }
}

async function stateFor(expect: Expectation, book: ScenarioBook): Promise<BookState | null> {
  return needsState(expect, "after") ? await book.state() : null;
}

function notUnderstood(name: string, fault: string): ScenarioResult {
  const differences = [{ path: "scenario", expected: "steps that are understood", actual: fault }];
  return {
    name,
    failures: [{ step: null, command: "not run", differences }],
    checked: 0,
    unchecked: new Map(),
  };
}

/** `place id=1 side=buy …`: what was given, as the file has it. */
function shownCommand({ op, expect: _expect, ...terms }: Step): string {
  const given = Object.entries(terms).filter(([, value]) => value !== null && value !== false);
  return [op, ...given.map(([key, value]) => `${key}=${value}`)].join(" ");
}

class Tally {
  readonly #name: string;
  readonly #failures: StepFailure[] = [];
  readonly #unchecked = new Map<string, number>();
  #checked = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(step: number | null, command: string, result: CheckedExpectation): void {
    this.#checked += result.checked;
    for (const { key, why } of result.unchecked) {
      const reason = `${why}: ${key}`;
      this.#unchecked.set(reason, (this.#unchecked.get(reason) ?? 0) + 1);
    }
    if (result.differences.length > 0) {
      this.#failures.push({ step, command, differences: result.differences });
    }
  }

  result(): ScenarioResult {
    return {
      name: this.#name,
      failures: this.#failures,
      checked: this.#checked,
      unchecked: this.#unchecked,
    };
  }
}
