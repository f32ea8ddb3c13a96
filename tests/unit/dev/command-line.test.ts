import { execFile } from "node:child_process";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { parseArguments, UsageError, unusable } from "../../../infra/command-line.ts";
import { inRoot } from "../../../infra/dev/launch/paths.mjs";

interface Ended {
  readonly code: number | string | null;
  readonly out: string;
  readonly error: string;
}

function launched(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [inRoot("infra/dev/launch.mjs"), ...args], (fault, out, error) =>
      resolve({ code: fault === null ? 0 : (fault.code ?? null), out, error }),
    );
  });
}

describe("arguments", () => {
  it("are read whether npm has taken its own -- away or not", () => {
    const config = { options: { seed: { type: "string" } }, allowPositionals: true } as const;
    for (const args of [
      ["--seed", "7", "core"],
      ["--", "--seed", "7", "core"],
    ]) {
      const { values, positionals } = parseArguments(args, config);
      expect([values.seed, positionals]).toEqual(["7", ["core"]]);
    }
  });

  it("that are unknown, or lack their value, are a fault of one line", () => {
    for (const [args, words] of [
      [["--sed", "7"], "Unknown option '--sed'"],
      [["--seed"], "Option '--seed <value>' argument missing"],
      [["core"], "Unexpected argument 'core'"],
    ] as const) {
      const read = () => parseArguments(args, { options: { seed: { type: "string" } } });
      expect(read).toThrow(UsageError);
      expect(read).toThrow(words);
    }
    expect(unusable("npm run bench -- [NAME…]\n\n  --quick\n", "no")).toBe(
      "npm run bench: no (npm run bench -- --help shows what it takes)\n",
    );
  });
});

describe("every command-line tool", { timeout: 60_000 }, () => {
  const tools = ["bench", "sim", "audit", "replay", "scenarios", "backup", "restore", "status", "test:chaos"];

  it.each(tools)("%s tells its usage, and refuses an unknown option in one line", async (tool) => {
    const [help, unknown] = await Promise.all([launched(tool, "--help"), launched(tool, "--nope")]);
    expect(help).toMatchObject({ code: 0, error: "" });
    expect(help.out.split("\n")[0]).toContain(`npm run ${tool}`);
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.error).toMatch(/^npm run [^\n]*--nope[^\n]*\n$/);
  });

  it("without a usage of its own says what it is for, and is not started", async () => {
    expect(await launched("start", "--help")).toEqual({
      code: 0,
      out: "npm run start: the whole engine in one process, data under .data/\n",
      error: "",
    });
  });
});
