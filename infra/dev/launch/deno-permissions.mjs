/**
 * What each kind of program may do under Deno: named permissions, and never a question at run time.
 *
 * `server` is an API or engine process, `client` a command-line program that talks to one, and `embedded` the
 * whole engine in one process, which alone writes files and starts another program (PostgreSQL).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { dataDirectory, root } from "./paths.mjs";
import { postgresPackageDirectory } from "./runtimes.mjs";

/** @typedef {"server" | "client" | "embedded"} Role */

/**
 * Loading npm packages asks the system for little, but it does ask: pino wants the host's name, ioredis and
 * amqplib the kind of system, process metrics the memory in use.
 */
const systemFacts = "hostname,osRelease,cpus,uid,gid,systemMemoryInfo,loadavg";

/** Programs that start PostgreSQL as another user, needed only by root: PostgreSQL refuses to run as root. */
const rootOnlyPrograms = ["/usr/bin/setpriv", "/usr/sbin/useradd"];

/**
 * Deno's arguments up to the script.
 * @param {Role} role
 * @param {string} [data] the folder for data, the only one that may be written to
 * @returns {string[]}
 */
export function denoArguments(role, data = dataDirectory) {
  const common = [
    "run",
    "--no-prompt",
    "--no-remote",
    "--cached-only",
    "--allow-env",
    // The addresses to reach (database, broker, key set) are settings, so no list here could be right.
    "--allow-net",
    `--allow-sys=${systemFacts}`,
  ];
  if (role === "embedded") return [...common, ...embeddedPermissions(data)];
  if (role === "client") return [...common, "--allow-read"]; // a client reads whatever file it is given
  return [...common, `--allow-read=${[root, ...settingsFiles()].join(",")}`];
}

/** @param {string} data */
function embeddedPermissions(data) {
  const programs = ["initdb", "pg_ctl"].map((name) =>
    join(postgresPackageDirectory(), "native", "bin", name),
  );
  if (process.getuid?.() === 0) programs.push(...rootOnlyPrograms.filter((program) => existsSync(program)));
  const readable = [root, data, "/etc/passwd", ...rootOnlyPrograms, ...settingsFiles()];
  return [`--allow-read=${readable.join(",")}`, `--allow-write=${data}`, `--allow-run=${programs.join(",")}`];
}

/** Files outside the checkout that settings point at: the YAML file, and secrets given as `…_FILE`. */
function settingsFiles() {
  return Object.entries(process.env).flatMap(([key, value]) =>
    (key.endsWith("_FILE") || key === "TRADE_ENGINE_CONFIG") && value?.startsWith("/") ? [value] : [],
  );
}
