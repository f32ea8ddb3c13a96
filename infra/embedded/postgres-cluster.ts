/**
 * The files of the embedded PostgreSQL below one data folder: made once, whole, and as the right user's.
 *
 *     postgres/            the cluster, the server's own
 *     postgres-password    made at random, readable by the owner alone
 *     log/postgres.log     what the server says
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { postgresPrograms } from "./postgres-programs.ts";
import { asUser, giveTo, type SystemUser, unprivilegedUser } from "./unprivileged-user.ts";

const run = promisify(execFile);

/** The one user of the server's, who may do everything. */
export const superuser = "trade_engine_user";

/** A cluster of data, and who runs a server on it. */
export interface Cluster {
  /** The folder that holds everything. */
  readonly directory: string;
  /** The server's data folder. */
  readonly data: string;
  readonly logFile: string;
  readonly password: string;
  /** Whom the server runs as, when that is not ourselves. */
  readonly user: SystemUser | undefined;
}

/** Opens the cluster in a folder (relative to our own working folder, or absolute), making what is missing. */
export async function openCluster(given: string): Promise<Cluster> {
  // The server's programs run in that folder, where a relative path would mean another place.
  const directory = resolve(given);
  mkdirSync(directory, { recursive: true });
  const data = join(directory, "postgres");
  const logDirectory = join(directory, "log");
  const user = unprivilegedUser(data);
  if (!existsSync(logDirectory)) {
    mkdirSync(logDirectory, { mode: 0o700, recursive: true });
    giveTo(user, logDirectory);
  }
  const cluster: Cluster = {
    directory,
    data,
    logFile: join(logDirectory, "postgres.log"),
    password: readOrMakePassword(join(directory, "postgres-password")),
    user,
  };
  if (!existsSync(data)) await makeCluster(cluster);
  return cluster;
}

/** Runs one of PostgreSQL's programs as the cluster's user; rejects when it ends with an error. */
export async function runOnCluster(
  cluster: Cluster,
  program: string,
  args: readonly string[],
): Promise<void> {
  const reached = existsSync(cluster.data) ? cluster.data : cluster.directory;
  const line = asUser(cluster.user, { program, args }, [program, reached]);
  await run(line.program, [...line.args], {
    cwd: cluster.directory,
    // Nothing of ours is the server's business, and what it says stays in one language.
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
  });
}

/** Only the first to come writes it; whoever comes second reads what the first wrote. */
function readOrMakePassword(file: string): string {
  try {
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}

/**
 * Makes the cluster aside and moves it into its place whole: a set-up that was killed half-way leaves nothing that
 * looks like a cluster, and of two at the same moment one moves first.
 */
async function makeCluster(cluster: Cluster): Promise<void> {
  const aside = `${cluster.data}-new-${process.pid}`;
  const passwordFile = `${aside}-password`; // a copy that the server's user can read
  mkdirSync(aside, { mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  giveTo(cluster.user, aside);
  giveTo(cluster.user, passwordFile);
  try {
    await runOnCluster(cluster, postgresPrograms().initdb, [
      `--pgdata=${aside}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--data-checksums",
    ]);
    renameSync(aside, cluster.data);
  } catch (error) {
    if (!existsSync(join(cluster.data, "PG_VERSION"))) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}
