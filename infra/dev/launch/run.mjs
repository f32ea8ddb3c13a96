/** Runs one program to its end as if it had been typed in place of the launcher. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { isAlive } from "./is-alive.mjs";
import { root } from "./paths.mjs";

/** How often the launcher looks whether whoever started it is still there: sooner than anybody starts it again. */
const starterCheckMs = 100;

/**
 * @typedef {object} Step
 * @property {string} program
 * @property {string[]} args
 * @property {Record<string, string>} [env] set on top of the launcher's own environment
 */

/**
 * Signals go on to the program, and its exit code comes back. When whoever started the launcher is killed without a
 * word (`kill -9` of npm), so is the program: unseen, it would keep its port and its data, and the next start failed.
 * @param {Step} step
 * @returns {Promise<number>}
 */
export function runForwarding({ program, args, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });

    let isAskedToEnd = false;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      isAskedToEnd = true;
      // A terminal sends Ctrl-C to the whole group: the child has it already, and twice means "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);

    const isStarterAlive = watchStarter();
    const starterCheck = setInterval(() => {
      // One that was asked to end is at its clean stop, which the end of whoever asked must not cut short.
      if (!isAskedToEnd && !isStarterAlive()) child.kill("SIGKILL");
    }, starterCheckMs);

    const done = () => {
      clearInterval(starterCheck);
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

/**
 * Finds out who started the launcher, and returns a look at whether they are still there. Between npm and us there
 * may be a shell, which outlives a killed npm; then it is npm that counts.
 * @returns {() => boolean}
 */
function watchStarter() {
  const parent = process.ppid;
  const beyond = parentOfShell(parent);
  return () => process.ppid === parent && (beyond === undefined || isAlive(beyond));
}

/**
 * The parent of a shell that does nothing but run us; undefined when our parent is no such shell. Only Linux tells
 * this without a program; elsewhere npm's shell makes way for what it runs.
 * @param {number} pid
 */
function parentOfShell(pid) {
  try {
    const isShell = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("-c\0node infra/dev/launch.mjs");
    const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return isShell && parent > 1 ? parent : undefined;
  } catch {
    return undefined;
  }
}
