import { describe, expect, it } from "vitest";
import { PINNED_HASHES } from "../bench/pinned-hashes.ts";
import { generateStream, SCENARIOS } from "../bench/workload-generator.ts";
import { sharedIsThere, sharedPath } from "../support/shared-files.ts";
import { readStream, reportHash } from "../support/workload.ts";

/** Report hashes that independent engines agreed on (the workload's README). */
const PUBLIC_HASHES = {
  static: "f360e2f206750539d109b613b18b48d3a9eaa42c22721734480189c394b14865",
  normal: "99070bf220482ac06c7059c1e169baab18e47dfa0121ee57b15b6bd21be3d668",
  "swing-25": "d44eefb4ecaa0bc2f2329faf76dfa8b6ddda11d747335b8ff4d0925d2bc81f31",
  "swing-40": "4dde39db2ef4dddac82ce2efa1a6b97119fbd93da2283f7391b35b14306e418b",
  "flash-crash": "6395d5131f2c09c03c542ccebee609503279ae2f9f22457f2c483d6b72191aa8",
};

describe("the public matching-engine workload", () => {
  for (const scenario of SCENARIOS) {
    const file = `workload/${scenario}.bin.gz`;
    it.runIf(sharedIsThere(file))(`gives the agreed report hash: ${scenario}`, { timeout: 60_000 }, () => {
      const stream = readStream(sharedPath(file));
      expect(stream === null ? "" : reportHash(stream)).toBe(PUBLIC_HASHES[scenario]);
    });
  }
});

describe("the project's own streams", () => {
  for (const scenario of SCENARIOS) {
    it(`give the pinned report hash: ${scenario}`, () => {
      expect(reportHash(generateStream(scenario, 5_000, 7))).toBe(PINNED_HASHES[scenario]);
    });
  }
});
