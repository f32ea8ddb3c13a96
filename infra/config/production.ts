/** What is convenient on a developer's machine and must not reach production. */

import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";

/** A service that a program connects to. */
export type Service = "database" | "redis" | "rabbitmq";

/** Passwords that stand in examples, in images and in this project's own files: everybody knows them. */
const knownPasswords = new Set([
  "admin",
  "changeme",
  "guest",
  "password",
  "postgres",
  "private",
  "rabbitmq",
  "redis",
  "root",
  "secret",
  "test",
  "trade_engine",
  "trade_engine_user",
]);

/** Redis is often without a password inside a closed network; the others never should be. */
const passwordOptional: ReadonlySet<Service> = new Set(["redis"]);

/**
 * Ends the start-up of a production system that anybody could enter.
 * @param services those that the program connects to
 * @throws {ConfigError} naming the setting, never its value
 */
export function checkProduction(
  config: Config,
  services: readonly Service[],
  originOf: (setting: string) => string,
): void {
  if (!config.isProduction) return;
  for (const service of services) {
    checkPassword(service, config[service].url, `${service}.password`, originOf);
  }
  const { url, directUrl } = config.database;
  if (services.includes("database") && directUrl !== url) {
    checkPassword("database", directUrl, "database.direct_url", originOf);
  }
  if (config.auth.devTokens) {
    const fault = "must be false in production: with it anybody can be any user";
    throw new ConfigError("auth.dev_tokens", fault, originOf("auth.dev_tokens"));
  }
}

function checkPassword(
  service: Service,
  url: string,
  key: string,
  originOf: (setting: string) => string,
): void {
  const password = decodeURIComponent(new URL(url).password);
  if (password === "" && !passwordOptional.has(service)) {
    throw new ConfigError(key, "must be set in production", originOf(key));
  }
  if (!knownPasswords.has(password.toLowerCase())) return;
  const fault = "is a default password that everybody knows: set another in production";
  throw new ConfigError(key, fault, originOf(key));
}
