import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inRoot } from "../../../infra/dev/launch/paths.mjs";

/**
 * The guards are guarded: a copy of the project's settings around a few tiny sources passes `npm run check`, and
 * each offence planted in it is caught by the check that is there for it.
 */
const run = promisify(execFile);
const settings = ["biome.json", "tsconfig.json", "knip.json", ".dependency-cruiser.mjs", ".gitignore"];
const checker = ["infra/command-line.ts", "infra/dev/check.ts", "infra/dev/launch.mjs", "infra/dev/launch"];
const sources = {
  "engine/main.ts": 'import { twice } from "./core/twice.ts";\n\nexport const four = twice(2);\n',
  "engine/core/twice.ts": "export const twice = (value: number): number => 2 * value;\n",
  // The checker uses a part of it, other tools the rest.
  "api/main.ts":
    'import { asksForHelp, parseArguments, UsageError, unusable } from "../infra/command-line.ts";\n\n' +
    "export const rest = [asksForHelp, parseArguments, UsageError, unusable];\n",
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-check-"));
  for (const name of [...settings, ...checker]) cpSync(inRoot(name), join(folder, name), { recursive: true });
  symlinkSync(inRoot("node_modules"), join(folder, "node_modules"));
  const manifest = {
    type: "module",
    scripts: { check: "node infra/dev/launch.mjs check" },
    devDependencies: { "dependency-cruiser": "1.0.0" },
  };
  plant("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, text] of Object.entries(sources)) plant(path, text);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Runs one of the checks on the copy. */
async function check(name: string): Promise<{ passed: boolean; output: string }> {
  try {
    const { stdout } = await run(process.execPath, [join(folder, "infra/dev/check.ts"), "--only", name]);
    return { passed: true, output: stdout };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { passed: false, output: stdout + stderr };
  }
}

describe("npm run check", { timeout: 60_000 }, () => {
  it.each(["style", "types", "imports", "unused"])("passes %s where nothing is wrong", async (name) => {
    const { passed, output } = await check(name);
    expect(output).toContain("All checks are ok.");
    expect(passed).toBe(true);
  });

  it.each([
    ["core-imports-nothing", { "engine/core/bad.ts": 'export { readFileSync } from "node:fs";\n' }],
    [
      "core-imports-nothing",
      { "engine/core/bad.ts": 'export * from "../four.ts";\n', "engine/four.ts": "export {};\n" },
    ],
    ["core-imports-nothing", { "engine/core/bad.ts": 'export { z } from "zod";\n' }],
    [
      "engine-imports-core-only",
      { "engine/bad.ts": 'export * from "../infra/a.ts";\n', "infra/a.ts": "export {};\n" },
    ],
    [
      "engine-imports-core-only",
      { "engine/bad.ts": 'export * from "../db/a.ts";\n', "db/a.ts": "export {};\n" },
    ],
    ["db-beside-engine", { "db/bad.ts": 'export * from "../infra/a.ts";\n', "infra/a.ts": "export {};\n" }],
    ["infra-below-api", { "infra/bad.ts": 'export * from "../api/a.ts";\n', "api/a.ts": "export {};\n" }],
    ["nothing-imports-api", { "db/bad.ts": 'export * from "../api/a.ts";\n', "api/a.ts": "export {};\n" }],
    ["api-without-wiring", { "api/bad.ts": 'export * from "../infra/dev/check.ts";\n' }],
    [
      "nothing-imports-tests",
      { "api/bad.ts": 'export * from "../tests/a.ts";\n', "tests/a.ts": "export {};\n" },
    ],
    ["no-cycles", { "engine/a.ts": 'export * from "./b.ts";\n', "engine/b.ts": 'export * from "./a.ts";\n' }],
    [
      "no-cycles",
      {
        "db/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;\n',
        "db/b.ts": 'import type { A } from "./a.ts";\nexport type B = A | 1;\n',
      },
    ],
    ["no-development-package-in-production", { "api/bad.ts": 'export * from "dependency-cruiser";\n' }],
    ["only-listed-packages", { "api/bad.ts": 'export * from "zod";\n' }],
    ["resolvable", { "engine/bad.ts": 'export * from "./nowhere.ts";\n' }],
  ])("finds an import that breaks %s", async (rule, planted) => {
    for (const [path, text] of Object.entries(planted)) plant(path, text);
    const { passed, output } = await check("imports");
    expect(output).toContain(rule);
    expect(passed).toBe(false);
  });

  it("lets a main.ts wire everything", async () => {
    plant("engine/main.ts", 'export * from "../infra/a.ts";\n');
    plant("infra/a.ts", "export {};\n");
    expect(await check("imports")).toMatchObject({ passed: true });
  });

  it.each([
    ["style", "a file that is not formatted", { "engine/bad.ts": "export const  a=1\n" }, "format"],
    [
      "style",
      "a clock in the core",
      { "engine/core/bad.ts": "export const now = Date.now();\n" },
      "noRestrictedGlobals",
    ],
    ["style", "a skipped test", { "tests/a.test.ts": 'it.skip("x", () => undefined);\n' }, "noSkippedTests"],
    ["types", "a wrong type", { "engine/bad.ts": 'export const a: number = "one";\n' }, "TS2322"],
    ["types", "syntax that needs a build", { "engine/bad.ts": "export enum Side { Buy }\n" }, "TS1294"],
    ["unused", "a file that nothing uses", { "engine/bad.ts": "export const a = 1;\n" }, "engine/bad.ts"],
    [
      "unused",
      "an export that nothing uses",
      { "engine/core/twice.ts": `${sources["engine/core/twice.ts"]}export const a = 1;\n` },
      "Unused exports",
    ],
  ])("finds by %s %s", async (name, _what, planted, words) => {
    for (const [path, text] of Object.entries(planted)) plant(path, text);
    const { passed, output } = await check(name);
    expect(output).toContain(words);
    expect(passed).toBe(false);
  });

  it("says which checks there are when asked for another", async () => {
    expect((await check("colour")).output).toMatch(/there are style, types, .*imports, .*unused/);
  });
});
