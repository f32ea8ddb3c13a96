import { spawn } from "node:child_process";
import process from "node:process";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import type { CommandBlock } from "./document-commands.ts";

/** What is another on the machine of a test than on a newcomer's: addresses, ports, folders. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly replace: readonly (readonly [string, string])[];
}

export interface BlockRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a block's lines as a shell would, in the checkout, each only when the one before went well. */
export function runBlock({ script }: CommandBlock, { env, replace }: Surroundings): Promise<BlockRun> {
  const text = replace.reduce((words, [from, to]) => words.replaceAll(from, to), script);
  // set -e: a block that goes on after a failure would pass with it.
  const shell = spawn("/bin/sh", ["-e", "-c", text], { cwd: inRoot(), env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    shell.once("error", reject);
    shell.once("close", (code) => resolve({ code, output }));
  });
}
