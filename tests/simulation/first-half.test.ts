import { expect, it } from "vitest";
import { expectPromisesHold, TEST_SEEDS } from "./test-seeds.ts";

it(`every promise holds under simulated faults (first half of ${TEST_SEEDS} seeds)`, {
  timeout: 900_000,
}, async () => {
  expect(TEST_SEEDS).toBeGreaterThan(0);
  await expectPromisesHold(0);
});
