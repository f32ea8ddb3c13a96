/** Starting, finding and stopping the server process on a cluster, through PostgreSQL's own `pg_ctl`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-ports.ts";
import { type Cluster, runOnCluster } from "./postgres-cluster.ts";
import { postgresPrograms } from "./postgres-programs.ts";

/** Recovery after a crash replays the log written since the last checkpoint: seconds, or a slow disk. */
const waitSeconds = 120;

/** How often another port is tried, should someone take the free one before the server does. */
const startAttempts = 3;

/** What one commit costs and means is decided here, so it is written out even where it is the default. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "''",
  // An acknowledged order survives the machine losing power, not only this process.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_connections: "60",
  shared_buffers: "128MB",
  // One statement may touch years of daily partitions, each a lock.
  max_locks_per_transaction: "512",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};

/** The port of the server that runs on the cluster, if one does; it may still be starting, or be stopping. */
export async function runningPort(cluster: Cluster): Promise<number | undefined> {
  try {
    await control(cluster, "status");
  } catch {
    return undefined; // that is how it says that no server runs here
  }
  return portInPidFile(cluster);
}

/**
 * Starts a server on the cluster and waits until it takes connections.
 *
 * The server is a process of the system's, not a child of ours: it outlives us if we are killed.
 * @returns its port; it may be another's who was quicker to start one
 */
export async function startServer(cluster: Cluster): Promise<number> {
  let cause: unknown;
  for (let attempt = 1; attempt <= startAttempts; attempt++) {
    const options = Object.entries({ ...settings, port: await freePort() });
    try {
      await control(
        cluster,
        "start",
        "--wait",
        `--timeout=${waitSeconds}`,
        `--log=${cluster.logFile}`,
        `--options=${options.map(([key, value]) => `-c ${key}=${value}`).join(" ")}`,
      );
    } catch (error) {
      cause = error;
    }
    const port = await runningPort(cluster);
    if (port !== undefined) return port;
  }
  throw new Error(`PostgreSQL does not start on ${cluster.data}: ${lastLogLines(cluster)}`, { cause });
}

/** Stops the server cleanly; returns at once when none runs. */
export async function stopServer(cluster: Cluster): Promise<void> {
  if ((await runningPort(cluster)) === undefined) return;
  await control(cluster, "stop", "--mode=fast", "--wait", `--timeout=${waitSeconds}`);
}

function control(cluster: Cluster, action: string, ...args: string[]): Promise<void> {
  return runOnCluster(cluster, postgresPrograms().pgCtl, [action, `--pgdata=${cluster.data}`, ...args]);
}

/** The server writes its port on the fourth line of the file that marks it as running. */
function portInPidFile({ data }: Cluster): number | undefined {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, "utf8").split("\n")[3]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

function lastLogLines({ logFile }: Cluster): string {
  if (!existsSync(logFile)) return "it has written no log";
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-5).join(" | ");
}
