import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { sharedIsThere, sharedPath } from "../support/shared-files.ts";
import { runTool } from "../support/tool-run.ts";

/** `npm run scenarios`, through the core and over HTTP against the one-process run. */

const folder = dataFolder();
const everyKey = join(import.meta.dirname, "../unit/tools/scenarios/every-key.jsonl");
let run: EmbeddedRun;

beforeAll(async () => {
  run = await startEmbedded("deno", folder.directory);
});

afterAll(async () => {
  await run.stop();
  folder.remove();
});

describe("scenarios of our own", () => {
  test("pass through the core", async () => {
    const { code, stdout } = await runTool("scenarios", [everyKey]);
    expect(stdout).toMatch(/^10 passed, 0 failed \(\d+ expectations, through the core\)\n$/);
    expect(code).toBe(0);
  });

  test("pass over HTTP, every expectation of them checked there too", async () => {
    const { code, stdout } = await runTool("scenarios", [everyKey, "--http", run.origin, "--strict"]);
    expect(stdout).toMatch(/^10 passed, 0 failed \(\d+ expectations, over HTTP, .*\)\n$/);
    expect(code).toBe(0);
  });

  test("one that differs is told, and the exit code is 1", async () => {
    const wrong = join(import.meta.dirname, "../unit/tools/scenarios/one-wrong.jsonl");
    for (const through of [[], ["--http", run.origin]]) {
      const { code, stdout } = await runTool("scenarios", [wrong, ...through]);
      expect(code).toBe(1);
      expect(stdout).toContain("✗ one-wrong/second\n  step 2: place id=2 side=buy ");
      expect(stdout).toContain('    status.2\n      expected "open"\n      actual   "filled"');
      expect(stdout).toContain("1 passed, 1 failed");
    }
  });

  test("a file that is none, or is missing, is an error of use", async () => {
    expect(await runTool("scenarios", ["/nowhere.jsonl"])).toMatchObject({ code: 2 });
    expect((await runTool("scenarios", [import.meta.filename])).stderr).toContain("line 1: not JSON");
  });
});

describe.runIf(sharedIsThere("scenarios"))("other engines' own scenarios", () => {
  test.each([
    ["liquibook.jsonl", 51],
    ["exchange-core.jsonl", 30],
    ["setsmm.jsonl", 12],
  ])("%s passes over HTTP", async (file, count) => {
    const args = [sharedPath(`scenarios/${file}`), "--http", run.origin, "--strict"];
    const { code, stdout, stderr } = await runTool("scenarios", args);
    expect(stdout, `${stderr}\n${run.output()}`).toContain(`${count} passed, 0 failed`);
    expect(code).toBe(0);
  });
});
