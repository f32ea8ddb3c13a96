import { existsSync } from "node:fs";
import process from "node:process";
import { loadConfigOrExit } from "../config/load.ts";
import { runningEmbeddedUrl } from "./running-database.ts";

/** Names in the environment that say which database is meant. */
const NAMES = /^(TRADE_ENGINE_DATABASE_|TRADE_ENGINE_CONFIG$|POSTGRES_|DATABASE_URL$)/;

/**
 * The database that an operator's command is for, straight to PostgreSQL: the one that the command line, the
 * environment or the YAML file names; where none of them does, that of an `npm start` that runs on this machine.
 * Ends the process where settings cannot be used.
 * @param named by the command line
 */
export function toolDatabaseUrl(named?: string | null): string {
  if (named !== undefined && named !== null) return named;
  const config = loadConfigOrExit({ services: ["database"], direct: true });
  const isConfigured =
    existsSync("config.yaml") ||
    Object.entries(process.env).some(([name, value]) => NAMES.test(name) && value !== "");
  if (isConfigured) return config.database.directUrl;
  return runningEmbeddedUrl(config.embedded.dataDirectory) ?? config.database.directUrl;
}
