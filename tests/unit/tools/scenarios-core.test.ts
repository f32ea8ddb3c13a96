import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoreEngine } from "../../../infra/tools/scenarios/core-engine.ts";
import { parseScenarios } from "../../../infra/tools/scenarios/parse.ts";
import { failureLines, summaryLines } from "../../../infra/tools/scenarios/report.ts";
import { runScenario } from "../../../infra/tools/scenarios/run.ts";
import type { Expectation, Scenario } from "../../../infra/tools/scenarios/scenario.ts";
import { sharedIsThere, sharedPath } from "../../support/shared-files.ts";

const everyKey = parseScenarios(readFileSync(join(import.meta.dirname, "scenarios/every-key.jsonl"), "utf8"));

async function failuresOf(scenario: Scenario): Promise<string> {
  const result = await runScenario(scenario, new CoreEngine());
  return result.failures.length === 0 ? "" : failureLines(result).join("\n");
}

describe("scenarios through the core", () => {
  test.each(everyKey.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, scenario) => {
    const result = await runScenario(scenario, new CoreEngine());
    expect(failureLines(result)).toEqual([`✗ ${scenario.name}`]);
    expect([...result.unchecked]).toEqual([]);
    expect(result.checked).toBeGreaterThan(0);
  });
});

describe("an expectation that does not hold", () => {
  /** Every expectation of every scenario, one at a time, with its first value turned into another one. */
  const turned = everyKey.flatMap((scenario) =>
    [...scenario.steps.keys(), null].flatMap((at) => {
      const expectation = at === null ? scenario.expect : (scenario.steps[at]?.expect ?? {});
      return Object.keys(expectation)
        .filter((key) => !["tradesAggregated", "reason"].includes(key))
        .map((key) => {
          const where = at === null ? "at the end" : `step ${at + 1}`;
          return [`${scenario.name} ${where} ${key}`, withTurned(scenario, at, key), where, key] as const;
        });
    }),
  );

  test("is there for every key", () => {
    expect(new Set(turned.map(([, , , key]) => key)).size).toBeGreaterThan(24);
  });

  test.each(turned)("is found: %s", async (_name, scenario, where, key) => {
    const told = await failuresOf(scenario);
    expect(told).toContain(where);
    expect(told).toContain(`    ${key === "statuses" ? "status" : key}`);
  });

  test("is told with the step, the command and both values", async () => {
    const [scenario] = parseScenarios(
      '{"name":"n","steps":[{"op":"place","id":"1","side":"buy","price":5,"qty":2,"expect":{"book":{"bids":[[5,3]]}}}]}',
    );
    expect(await failuresOf(scenario as Scenario)).toBe(
      [
        "✗ n",
        "  step 1: place id=1 side=buy type=limit tif=GTC price=5 qty=2 stp=NONE",
        "    book.bids",
        "      expected [[5,3]]",
        "      actual   [[5,2]]",
      ].join("\n"),
    );
  });
});

describe("what cannot be checked", () => {
  test("is counted and told, never passed over", async () => {
    const [scenario] = parseScenarios(
      '{"name":"n","steps":[{"op":"cancel","id":"1","expect":{"colour":"red","book":7,"accepted":false}}]}',
    );
    const result = await runScenario(scenario as Scenario, new CoreEngine());
    expect(result.failures).toEqual([]);
    expect(summaryLines([result], "through the core")).toEqual([
      "not checked (1 times): key not known: colour",
      "not checked (1 times): form not understood: book",
      "1 passed, 0 failed (1 expectations, through the core)",
    ]);
  });
});

describe("a scenario that is not understood", () => {
  test("is a failure of its own", async () => {
    const [scenario] = parseScenarios('{"name":"n","steps":[{"op":"merge","id":"1"}]}');
    expect(await failuresOf(scenario as Scenario)).toContain("line 1: step 1: unknown op");
  });
});

describe("answers in which engines differ", () => {
  const killed = (accepted: boolean) =>
    `{"steps":[{"op":"place","id":"1","side":"buy","price":5,"qty":2,"tif":"FOK","expect":{"accepted":${accepted}}}]}`;

  test.each([true, false])(
    "a FOK that cannot be filled may count as accepted or not: %s",
    async (accepted) => {
      const [scenario] = parseScenarios(killed(accepted));
      expect(await failuresOf(scenario as Scenario)).toBe("");
    },
  );

  test("another engine's reason for a refusal is compared where there is a counterpart", async () => {
    const reason = (name: string, op: string) =>
      parseScenarios(
        `{"steps":[{"op":"${op}","id":"1","qty":1,"side":"buy","price":1,"expect":{"reason":"${name}"}}]}`,
      );
    expect(await failuresOf(reason("MATCHING_UNKNOWN_ORDER_ID", "cancel")[0] as Scenario)).toBe("");
    expect(await failuresOf(reason("SOMETHING_ELSE", "cancel")[0] as Scenario)).toBe("");
    expect(await failuresOf(reason("SOMETHING_ELSE", "place")[0] as Scenario)).toContain("reason");
  });
});

describe.runIf(sharedIsThere("scenarios"))("other engines' own scenarios through the core", () => {
  test.each([
    ["liquibook.jsonl", 51],
    ["exchange-core.jsonl", 30],
    ["setsmm.jsonl", 12],
  ])("%s", async (file, count) => {
    const scenarios = parseScenarios(readFileSync(sharedPath(`scenarios/${file}`), "utf8"));
    expect(scenarios).toHaveLength(count);
    for (const scenario of scenarios) {
      const result = await runScenario(scenario, new CoreEngine());
      expect(failureLines(result)).toEqual([`✗ ${scenario.name}`]);
      expect([...result.unchecked]).toEqual([]);
    }
  });
});

function withTurned(scenario: Scenario, at: number | null, key: string): Scenario {
  const turn = (expect: Expectation): Expectation => ({ ...expect, [key]: turnedValue(expect[key]) });
  if (at === null) return { ...scenario, expect: turn(scenario.expect) };
  return {
    ...scenario,
    steps: scenario.steps.map((step, index) =>
      index === at ? { ...step, expect: turn(step.expect) } : step,
    ),
  };
}

/** Another value of the same form. */
function turnedValue(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return value === "open" ? "filled" : `${value}-not`;
  if (value === null) return { id: "not", remaining: 1 };
  if (Array.isArray(value)) return value.length === 0 ? [{}] : [turnedValue(value[0]), ...value.slice(1)];
  const [first] = Object.entries(value as object);
  if (first === undefined) return value;
  const [name, inner] = first;
  return {
    ...(value as object),
    [name]: Array.isArray(inner) && inner.length === 0 ? [[1, 1]] : turnedValue(inner),
  };
}
