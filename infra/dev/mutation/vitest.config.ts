import { defineConfig } from "vitest/config";

/**
 * The tests that judge a mutant of engine/core: quick, the same every time, and without services. The seed is
 * fixed so that a mutant survives or not whoever runs it; random histories come last, since what the
 * scenarios kill needs none.
 */
export default defineConfig({
  test: {
    include: [
      "tests/core/*.test.ts",
      "tests/model/scenarios.test.ts",
      "tests/model/plain-orders.test.ts",
      "tests/model/twin.test.ts",
      "tests/model/snapshot.test.ts",
    ],
    exclude: ["tests/core/workload.test.ts"],
    env: { MODEL_SEED: "20260105", MODEL_RUNS: "4", MODEL_SHORTEN: "no" },
    testTimeout: 20_000,
    silent: true,
  },
});
