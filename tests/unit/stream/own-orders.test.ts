import { expect, it, vi } from "vitest";
import { OwnOrders } from "../../../api/stream/orders/own-orders.ts";
import { SymbolDirectory } from "../../../api/symbols.ts";
import { UnavailableError } from "../../../engine/ports.ts";

const WITHIN_MS = 10_000;

/** One group, whose fan-out refuses the first subscriptions. */
function sourcesRefusing(refusals: number) {
  const warnings: object[] = [];
  let asked = 0;
  let ended = 0;
  const clock = { nowMs: () => Date.now() };
  return {
    warnings,
    asked: () => asked,
    ended: () => ended,
    sources: {
      clock,
      logger: { debug() {}, info() {}, warn: (facts: object) => void warnings.push(facts), error() {} },
      symbols: new SymbolDirectory({ listSymbols: async () => [] }, clock),
      committed: {
        async subscribe() {
          asked += 1;
          if (asked <= refusals) throw new UnavailableError("redis", "no connection to Redis");
          return async () => {
            ended += 1;
          };
        },
        async close() {},
      },
      reads: {
        openOrders: async () => ({ positions: [], orders: [] }),
        positions: async () => [{ group: "main", timeline: "t", sequence: 1 }],
        journalAt: async () => null,
        journal: async () => [],
      },
    },
  };
}

it("asks again for a fan-out that could not be had, tells the log, and ends it with the last session", async () => {
  const { sources, warnings, asked, ended } = sourcesRefusing(2);
  const ownOrders = new OwnOrders(sources);
  const told: string[] = [];
  const end = ownOrders.begin("alice", undefined, (text) => told.push(text));
  await vi.waitFor(() => expect(told.join()).toContain("orders.snapshot"), WITHIN_MS);
  await vi.waitFor(() => expect(asked()).toBe(3), WITHIN_MS);
  expect(warnings).toEqual([{ part: "own orders", faults: 1, dependency: "redis" }]);
  end();
  await vi.waitFor(() => expect(ended()).toBe(1), WITHIN_MS);
});
