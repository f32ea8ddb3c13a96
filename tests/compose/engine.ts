/** A Docker engine for the tests: the one that answers, or one that is started for them and ended after. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../infra/dev/services/wait.ts";

const answersWithinMs = 60_000;
/** Where images stay between runs, so that only the first one makes them. */
const dataFolder = "/var/tmp/trade-engine-docker";

/** The engine that the tests use. */
export interface DockerEngine {
  /** Ends it, if it was started here. */
  end(): Promise<void>;
}

/** @throws when no engine answers and none can be started */
export async function provideEngine(): Promise<DockerEngine> {
  if (answers()) return { end: async () => undefined };
  installPrograms();
  const exec = mkdtempSync("/var/tmp/trade-engine-dockerd-");
  const output = openSync(join(exec, "log"), "w");
  const args = ["--data-root", dataFolder, "--exec-root", exec, "--pidfile", join(exec, "pid")];
  const daemon = spawn("dockerd", args, { stdio: ["ignore", output, output] });
  const end = async (): Promise<void> => {
    await ended(daemon);
    unmountAllIn(exec);
    rmSync(exec, { recursive: true, force: true });
  };
  try {
    await waitFor("dockerd to answer", answersWithinMs, () => answers() || undefined);
  } catch (error) {
    await end();
    throw error;
  }
  return { end };
}

function answers(): boolean {
  return spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
}

async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  const exit = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await exit;
}

/** A daemon that was ended may leave the network namespace of host containers mounted. */
function unmountAllIn(folder: string): void {
  const mounted = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted) spawnSync("umount", ["--lazy", path], { stdio: "ignore" });
}

/** On Debian as root: the engine, Compose, and what makes a base image. */
function installPrograms(): void {
  const missing = Object.entries({
    dockerd: "docker.io",
    "docker-compose": "docker-compose",
    debootstrap: "debootstrap",
    iptables: "iptables",
  }).filter(([program]) => spawnSync("which", [program], { stdio: "ignore" }).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const { status } = spawnSync("apt-get", ["-qq", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    });
    if (status !== 0)
      throw new Error(`Docker is not on this machine; please install ${packages.join(", ")}.`);
  }
}
