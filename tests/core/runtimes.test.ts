import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram, nodeProgram } from "../../infra/dev/launch/runtimes.mjs";
import { PINNED_HASHES } from "../bench/pinned-hashes.ts";

const run = promisify(execFile);

/** What the program says of its streams: reports of every message, hashed. */
async function hashesOf(program: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(program, [...args, inRoot("tests/bench/report-hashes.ts")], { cwd: inRoot() });
  return JSON.parse(stdout);
}

describe("the core gives the same reports on every runtime", () => {
  it("Node", { timeout: 60_000 }, async () => {
    expect(await hashesOf(nodeProgram())).toEqual(PINNED_HASHES);
  });

  it("Deno", { timeout: 60_000 }, async () => {
    expect(await hashesOf(denoProgram(), "run", "--quiet", "--no-prompt", "--allow-read")).toEqual(
      PINNED_HASHES,
    );
  });
});
