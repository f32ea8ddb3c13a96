import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CommandDriver } from "./command-driver.ts";
import { CoreSubject } from "./core-subject.ts";
import { parseScenarios } from "./scenario-parser.ts";
import { runScenario } from "./scenario-runner.ts";
import { TwinSubject } from "./subject.ts";

const folder = new URL("./scenarios/", import.meta.url);
const subjects = [
  ["the core", () => new CoreSubject()],
  ["the naive twin", () => new TwinSubject()],
] as const;

describe("the scenario runner", () => {
  it("notices every expectation that does not hold", async () => {
    const [scenario] = parseScenarios(`scenario wrong in every line
      place s1 SELL LIMIT GTC 5 @ 100.00
      => s1 FILLED left 4
      => trade s1 s1 1 @ 100.00
      => refused ORDER_NOT_OPEN
      book
        1 @ 99.00 | 5 @ 100.01
      queue 100.00 s2
      place b1 BUY LIMIT GTC 1 @ 100.00
      => b1 FILLED`);
    if (scenario === undefined) throw new Error("not parsed");
    const differences = await runScenario(scenario, new CommandDriver(new TwinSubject()));
    expect(differences.map((difference) => difference.replace(/.*": /, ""))).toEqual([
      "trades: expected s1 s1 1 @ 100, got ",
      "refused: expected ORDER_NOT_OPEN, got ",
      "s1 status: expected FILLED, got OPEN",
      "s1 left: expected 4, got 5",
      "bids: expected 1 @ 99, got ",
      "asks: expected 5 @ 100.01, got 5 @ 100",
      "queue at 100.00: expected s2, got s1",
      "trades: expected , got s1 b1 1 @ 100",
    ]);
  });

  it("refuses a line that it does not understand", () => {
    expect(() => parseScenarios("scenario one\n plaice b1 BUY LIMIT GTC 1 @ 1.00")).toThrow("line 2");
  });
});

for (const file of readdirSync(folder).sort()) {
  const scenarios = parseScenarios(readFileSync(new URL(file, folder), "utf8"));
  for (const [subject, make] of subjects) {
    describe(`${subject}, ${file.replace(".txt", "")}`, () => {
      for (const scenario of scenarios) {
        it(scenario.name, async () => {
          expect(await runScenario(scenario, new CommandDriver(make()))).toEqual([]);
        });
      }
    });
  }
}
