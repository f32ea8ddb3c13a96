/** The `.env` of the checkout, for commands that an operator types: what the environment says itself counts more. */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import * as util from "node:util";
import { inRoot } from "./paths.mjs";

/** A service that the environment names by a whole address is not put together from parts in a file. */
const addresses = {
  POSTGRES_: ["POSTGRES_URL", "DATABASE_URL", "TRADE_ENGINE_DATABASE_URL"],
  REDIS_: ["REDIS_URL", "TRADE_ENGINE_REDIS_URL"],
  RABBITMQ_: ["RABBITMQ_URL", "TRADE_ENGINE_RABBITMQ_URL"],
};

/**
 * What `.env` adds to an environment.
 * @param {string} [file]
 * @param {Record<string, string | undefined>} [environment]
 * @returns {Record<string, string>}
 */
export function fromEnvFile(file = inRoot(".env"), environment = process.env) {
  if (!existsSync(file) || typeof util.parseEnv !== "function") return {};
  const parsed = /** @type {Record<string, string>} */ (util.parseEnv(readFileSync(file, "utf8")));
  const named = Object.entries(addresses).filter(([, names]) => names.some((name) => environment[name]));
  return Object.fromEntries(
    Object.entries(parsed).filter(
      ([name]) => environment[name] === undefined && !named.some(([prefix]) => name.startsWith(prefix)),
    ),
  );
}
