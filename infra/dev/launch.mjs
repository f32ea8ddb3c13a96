#!/usr/bin/env node
/**
 * What every npm script goes through: `node infra/dev/launch.mjs COMMAND [arguments]`.
 *
 * It installs the packages when they are missing or out of step with package-lock.json, then runs the program
 * asked for under the runtime it is meant for, with only the permissions it needs. It is plain JavaScript
 * without dependencies because it has to run before anything is installed, on Node 20 too.
 */
import process from "node:process";
import { commands } from "./launch/commands.mjs";
import { fromEnvFile } from "./launch/env-file.mjs";
import { runForwarding } from "./launch/run.mjs";
import { ensureInstalled } from "./launch/setup.mjs";

const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];

if (command === undefined) {
  const known = Object.entries(commands).map(([key, { purpose }]) => `  ${key.padEnd(18)} ${purpose}`);
  process.stderr.write(`Unknown command "${name}". There are:\n${known.join("\n")}\n`);
  process.exit(2);
}

if (command.tellsUsage !== true && (args.includes("--help") || args.includes("-h"))) {
  process.stdout.write(`npm run ${name}: ${command.purpose}\n`);
  process.exit(0);
}

try {
  await ensureInstalled();
  const fromFile = command.readsEnvFile === true ? fromEnvFile() : {};
  const steps = command.steps(args);
  let code = 0;
  for (const step of steps) {
    code = await runForwarding({ ...step, env: { ...fromFile, ...step.env } });
    if (code !== 0) break;
  }
  process.exitCode = code;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
