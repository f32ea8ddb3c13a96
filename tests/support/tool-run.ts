import { spawn } from "node:child_process";
import process from "node:process";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

/** What a command-line program said and how it ended. */
export interface ToolRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run NAME -- ARGUMENTS` to its end, by the program behind it. */
export function runTool(name: "audit" | "replay" | "scenarios", args: readonly string[]): Promise<ToolRun> {
  return startTool(name, args).ended;
}

/** The same, while it runs: `onStderr` hears of its progress. */
export function startTool(
  name: "audit" | "replay" | "scenarios",
  args: readonly string[],
  onStderr: (text: string) => void = () => undefined,
): { readonly ended: Promise<ToolRun> } {
  const program = spawn(process.execPath, [inRoot("infra/dev/launch.mjs"), name, ...args], { cwd: inRoot() });
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
