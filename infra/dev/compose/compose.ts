/**
 * Docker Compose, whichever of its two forms is installed: `docker compose` (version 2) or `docker-compose`
 * (version 1, which knows no `--wait`).
 */
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { root } from "../launch/paths.mjs";

/** A Compose that was found, and the words to start it with. */
export interface Compose {
  readonly words: readonly [string, ...string[]];
  readonly version: 1 | 2;
}

/** Thrown with one line for the person at the keyboard. */
export class NoDockerError extends Error {
  override readonly name = "NoDockerError";
}

/**
 * @throws {NoDockerError} where there is no Compose, or no Docker engine answers it
 */
export function findCompose(): Compose {
  const found = isThere("docker", "compose", "version")
    ? ({ words: ["docker", "compose"], version: 2 } as const)
    : isThere("docker-compose", "version")
      ? ({ words: ["docker-compose"], version: 1 } as const)
      : undefined;
  if (found === undefined) {
    throw new NoDockerError(
      "Docker Compose is not on this machine: install Docker, or run without it (npm start, npm run stack).",
    );
  }
  if (!isThere("docker", "info")) {
    throw new NoDockerError("Docker is installed, but its engine does not answer: start it (dockerd).");
  }
  return found;
}

/** Runs Compose as if it had been typed; resolves to its exit code. */
export function runCompose(
  { words: [program, ...first] }: Compose,
  args: readonly string[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { cwd: root, stdio: "inherit" });
    // Ctrl-C in a terminal is for Compose, which stops following the logs; its end is ours.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    child.once("error", reject);
    child.once("exit", (code) => {
      process.off("SIGINT", ignore);
      resolve(code ?? 1);
    });
  });
}

/** What Compose prints. */
export function askCompose({ words: [program, ...first] }: Compose, args: readonly string[]): string {
  const { stdout, status, stderr } = spawnSync(program, [...first, ...args], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new NoDockerError(stderr.trim().split("\n").at(-1) ?? "Docker Compose failed");
  return stdout;
}

function isThere(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
