import { describe, it } from "vitest";
import { assertFor, driveBoth } from "./drive.ts";
import { CASCADES, DEEP, EVERYTHING, HUGE, KEEN } from "./profiles.ts";

describe("core and naive twin agree on every event, order and level, and keep every invariant", () => {
  for (const [profile, runs] of [
    [EVERYTHING, 80],
    [DEEP, 30],
    [CASCADES, 60],
    [KEEN, 50],
    [HUGE, 60],
  ] as const) {
    it(profile.name, { timeout: 600_000 }, () => assertFor(profile, runs, 600, driveBoth));
  }
});
