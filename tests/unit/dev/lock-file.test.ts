import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../../infra/dev/launch/paths.mjs";

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const read = (name: string): string => readFileSync(inRoot(name), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;

describe("the lock file", () => {
  it("is in step with package.json", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Manifest> };
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      expect(packages[""]?.[kind]).toEqual(manifest[kind]);
    }
  });

  it("names no registry: whoever installs says where from", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved"/);
  });

  it("is of exact versions only", () => {
    const versions = Object.values({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });
});
