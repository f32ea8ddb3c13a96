/** Finding the server programs that no npm package brings, and installing them where that can be done. */
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { isRoot } from "../../embedded/unprivileged-user.ts";

const run = promisify(execFile);

/** Which Debian package has each program. */
const debianPackages = {
  "redis-server": "redis-server",
  "rabbitmq-server": "rabbitmq-server",
  epmd: "rabbitmq-server",
  pgbouncer: "pgbouncer",
  promtool: "prometheus",
} as const;

/** A server program that is looked for. */
export type ServerProgram = keyof typeof debianPackages;

/**
 * Where programs are besides the PATH. RabbitMQ's own folder goes first: the program of the same name on the PATH
 * is a wrapper that insists on another user.
 */
const knownFolders = [
  "/usr/lib/rabbitmq/bin",
  "/usr/sbin",
  "/usr/bin",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
];

/**
 * The path of a server program: where it is, or, on Debian and Ubuntu as root, where it has just been installed.
 * @throws with what to do when it is not there and cannot be installed
 */
export async function provideProgram(program: ServerProgram): Promise<string> {
  const found = findProgram(program);
  if (found !== undefined) return found;
  const advice =
    `Please install it (on Debian or Ubuntu: apt-get install ${debianPackages[program]}), start Docker, ` +
    "or name a running server in TEST_POSTGRES_URL, TEST_REDIS_URL and TEST_RABBITMQ_URL.";
  if (!isRoot() || !existsSync("/usr/bin/apt-get"))
    throw new Error(`${program} is not on this machine. ${advice}`);
  try {
    await installMissing();
  } catch (cause) {
    throw new Error(`${program} is not on this machine and could not be installed. ${advice}`, { cause });
  }
  const installed = findProgram(program);
  if (installed === undefined)
    throw new Error(`${program} is not where its package should have put it. ${advice}`);
  return installed;
}

/** Where a program is, if it is there. */
function findProgram(program: ServerProgram): string | undefined {
  const folders = [...knownFolders, ...(process.env["PATH"] ?? "").split(delimiter), ...erlangFolders()];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Erlang keeps its port mapper in a folder named after the version of its runtime. */
function erlangFolders(): string[] {
  const base = "/usr/lib/erlang";
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter((name) => name.startsWith("erts-"))
    .map((name) => join(base, name, "bin"));
}

let installation: Promise<void> | undefined;

/** Installs, once, all that is missing: one run of the package manager is quicker than one for each program. */
function installMissing(): Promise<void> {
  installation ??= install();
  return installation;
}

async function install(): Promise<void> {
  const programs = Object.keys(debianPackages) as ServerProgram[];
  const missing = programs.filter((program) => findProgram(program) === undefined);
  const packages = [...new Set(missing.map((program) => debianPackages[program]))];
  console.error(`Installing ${packages.join(" and ")} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const aptGet = (...args: string[]) =>
    run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], { env });
  await withoutStartingServices(async () => {
    await aptGet("update");
    await aptGet("install", "-y", "--no-install-recommends", ...packages);
  });
}

/** Debian starts a service when it installs it, unless this file says no. We start our own, on ports of our own. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policyFile = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policyFile);
  if (isOurs) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    if (isOurs) rmSync(policyFile, { force: true });
  }
}
