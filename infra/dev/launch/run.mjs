/** Runs one program to its end as if it had been typed in place of the launcher. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { root } from "./paths.mjs";

/** How often the launcher looks whether whoever started it is still there. */
const parentCheckMs = 500;

/**
 * @typedef {object} Step
 * @property {string} program
 * @property {string[]} args
 * @property {Record<string, string>} [env] set on top of the launcher's own environment
 */

/**
 * Signals go on to the program, and its exit code comes back. When whoever started the launcher is killed, the
 * program is asked to stop: a server nobody sees any more would keep its port and its data folder.
 * @param {Step} step
 * @returns {Promise<number>}
 */
export function runForwarding({ program, args, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });

    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole group: the child has it already, and twice means "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);

    const parent = process.ppid;
    const parentCheck = setInterval(() => {
      if (process.ppid !== parent) child.kill("SIGTERM");
    }, parentCheckMs);

    const done = () => {
      clearInterval(parentCheck);
      for (const signal of signals) process.off(signal, forward);
    };
    child.once("error", (error) => {
      done();
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      done();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
