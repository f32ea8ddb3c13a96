import { spawn } from "node:child_process";
import process from "node:process";
import type { commands } from "../../infra/dev/launch/commands.mjs";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

/** What a command-line program said and how it ended. */
export interface ToolRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An operator's command. */
export type Tool = keyof typeof commands;

/** Runs `npm run NAME -- ARGUMENTS` to its end, by the program behind it. */
export function runTool(
  name: Tool,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ToolRun> {
  return startTool(name, args, undefined, env).ended;
}

/** The same, while it runs: `onStderr` hears of its progress. */
export function startTool(
  name: Tool,
  args: readonly string[],
  onStderr: (text: string) => void = () => undefined,
  env: Readonly<Record<string, string>> = {},
): { readonly ended: Promise<ToolRun> } {
  const program = spawn(process.execPath, [inRoot("infra/dev/launch.mjs"), name, ...args], {
    cwd: inRoot(),
    env: { ...process.env, ...env },
  });
  let stdout = "";
  let stderr = "";
  program.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  program.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onStderr(text);
  });
  return {
    ended: new Promise((resolve, reject) => {
      program.once("error", reject);
      program.once("close", (code) => resolve({ code, stdout, stderr }));
    }),
  };
}
