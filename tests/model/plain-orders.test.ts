import { describe, it } from "vitest";
import { assertFor, driveBoth } from "./drive.ts";
import { PLAIN } from "./profiles.ts";

describe("core and naive twin on plain orders", () => {
  it("agree on every event, order and level, and keep every invariant", { timeout: 600_000 }, () => {
    assertFor(PLAIN, 80, 600, driveBoth);
  });
});
