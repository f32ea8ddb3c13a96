import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { denoArguments } from "../../../infra/dev/launch/deno-permissions.mjs";
import { isAlive } from "../../../infra/dev/launch/is-alive.mjs";
import { inRoot } from "../../../infra/dev/launch/paths.mjs";
import { denoProgram } from "../../../infra/dev/launch/runtimes.mjs";
import { waitFor } from "../../../infra/dev/services/wait.ts";

const run = promisify(execFile);
const launcher = inRoot("infra/dev/launch.mjs");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-launcher-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that runs another one through the launcher's own way of doing so, as `launch.mjs` does. */
function launching(program: string): ChildProcess {
  const target = join(folder, "target.mjs");
  writeFileSync(target, program);
  const wrapper = join(folder, "wrapper.mjs");
  writeFileSync(
    wrapper,
    `import { runForwarding } from ${JSON.stringify(inRoot("infra/dev/launch/run.mjs"))};
     process.exitCode = await runForwarding({ program: process.execPath, args: [${JSON.stringify(target)}] });`,
  );
  return spawn(process.execPath, [wrapper], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("the launcher", { timeout: 30_000 }, () => {
  it("runs every npm script, and knows no command that is none", async () => {
    const { default: manifest } = await import("../../../package.json", { with: { type: "json" } });
    const { commands } = await import("../../../infra/dev/launch/commands.mjs");
    expect(Object.keys(commands).sort()).toEqual(Object.keys(manifest.scripts).sort());
    for (const [name, script] of Object.entries(manifest.scripts)) {
      expect(script).toBe(`node infra/dev/launch.mjs ${name}`);
    }
  });

  it("lists the commands when it is asked for another, and fails", async () => {
    await expect(run(process.execPath, [launcher, "strat"])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Unknown command "strat"[\s\S]*start +the whole engine/),
    });
  });

  it("ends with the exit code of what it ran", async () => {
    const [code] = await once(launching("process.exit(7)"), "exit");
    expect(code).toBe(7);
  });

  it("hands a signal on and waits for a clean end", async () => {
    const program = launching(`
      process.on("SIGTERM", () => { console.log("finishing"); setTimeout(() => process.exit(5), 100); });
      setInterval(() => undefined, 1000);
      console.log("up");`);
    const lines = createInterface({ input: program.stdout as NodeJS.ReadableStream });
    await once(lines, "line");
    const said = once(lines, "line");
    program.kill("SIGTERM");
    expect(await said).toEqual(["finishing"]);
    const [code] = await once(program, "exit");
    expect(code).toBe(5);
  });

  it("ends what it runs when npm is killed, although npm's shell lives on", async () => {
    // What npm is to the launcher: a process that has a shell run `node infra/dev/launch.mjs …`, here in a folder
    // where that file runs a program that would go on for ever.
    const target = join(folder, "target.mjs");
    writeFileSync(target, "setInterval(() => undefined, 1000); console.log(process.pid);");
    mkdirSync(join(folder, "infra/dev"), { recursive: true });
    writeFileSync(
      join(folder, "infra/dev/launch.mjs"),
      `import { runForwarding } from ${JSON.stringify(inRoot("infra/dev/launch/run.mjs"))};
       await runForwarding({ program: process.execPath, args: [${JSON.stringify(target)}] });`,
    );
    const npm = join(folder, "npm.mjs");
    writeFileSync(
      npm,
      `import { spawn } from "node:child_process";
       spawn("/bin/sh", ["-c", "node infra/dev/launch.mjs; true"], { stdio: "inherit" });`,
    );
    const path = `${dirname(process.execPath)}:${process.env["PATH"]}`;
    const parent = spawn(process.execPath, [npm], {
      cwd: folder,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await waitFor("the program to end", 10_000, () => (isAlive(pid) ? undefined : true));
  });
});

describe("the permissions under Deno", { timeout: 30_000 }, () => {
  /** Runs a line of JavaScript with the permissions of the embedded engine, whose data folder is `folder`. */
  async function attempt(code: string): Promise<string> {
    const script = join(folder, "attempt.mjs");
    writeFileSync(script, code);
    try {
      await run(denoProgram(), [...denoArguments("embedded", folder), script]);
      return "allowed";
    } catch (error) {
      return /NotCapable|Requires \w+ access/.test((error as { stderr: string }).stderr)
        ? "refused"
        : "failed";
    }
  }

  it.each([
    [
      "write in its data folder",
      (own: string) => `Deno.writeTextFileSync(${JSON.stringify(`${own}/a`)}, "")`,
      "allowed",
    ],
    ["write anywhere else", () => 'Deno.writeTextFileSync("/tmp/trade-engine-attempt", "")', "refused"],
    ["read other people's files", () => 'Deno.readTextFileSync("/etc/hostname")', "refused"],
    [
      "start any program",
      () => 'new Deno.Command("/bin/sh", { args: ["-c", "true"] }).outputSync()',
      "refused",
    ],
    ["load native code", () => 'Deno.dlopen("/lib/x.so", {})', "refused"],
  ])("let the embedded engine %s: or not", async (_what, code, outcome) => {
    expect(await attempt(code(folder))).toBe(outcome);
  });
});
