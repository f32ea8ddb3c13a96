import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { superuser } from "./postgres-cluster.ts";

/**
 * The address of the embedded PostgreSQL that runs on a data folder (`npm start`), read from its own files;
 * undefined where none does. Changes nothing.
 */
export function runningEmbeddedUrl(directory: string): string | undefined {
  const pidFile = join(directory, "postgres", "postmaster.pid");
  const passwordFile = join(directory, "postgres-password");
  if (!existsSync(pidFile) || !existsSync(passwordFile)) return undefined;
  // PostgreSQL writes its port on the fourth line.
  const port = Number(readFileSync(pidFile, "utf8").split("\n")[3]);
  if (!Number.isInteger(port) || port <= 0) return undefined;
  return `postgres://${superuser}:${readFileSync(passwordFile, "utf8")}@127.0.0.1:${port}/trade_engine_db`;
}
