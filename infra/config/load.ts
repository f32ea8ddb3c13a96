/** Reads the configuration, once, at start-up. */
import { existsSync } from "node:fs";
import process from "node:process";
import { type Config, toConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import {
  type Environment,
  type Layer,
  merge,
  plainLayer,
  prefixedLayer,
  programLayer,
  yamlLayer,
} from "./layers.ts";
import { checkProduction, type Service } from "./production.ts";
import { secretSettings, settingsSchema } from "./schema.ts";
import { sections, wantsBySetting } from "./settings-index.ts";

/** How a program wants its configuration. */
export interface LoadOptions {
  /** `process.env` unless given. */
  readonly environment?: Environment;
  /** What this program sets where nobody says otherwise, by the settings' names. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** The services it connects to, whose passwords production is strict about; all of them unless given. */
  readonly services?: readonly Service[];
  /** It needs sessions of PostgreSQL's own (engines, migrations, tools), which PgBouncer's pool cannot give. */
  readonly direct?: boolean;
}

/** Read when it is there and TRADE_ENGINE_CONFIG names no other. */
const usualFile = "config.yaml";

/**
 * Reads, checks and combines the settings of the YAML file and the environment.
 * @throws {ConfigError} for the first setting that cannot be used
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const { environment = process.env, defaults = {}, services = ["database", "redis", "rabbitmq"] } = options;
  const file = environment["TRADE_ENGINE_CONFIG"] ?? (existsSync(usualFile) ? usualFile : undefined);
  const given = merge([
    programLayer(defaults),
    file === undefined ? new Map() : yamlLayer(file),
    plainLayer(environment),
    prefixedLayer(environment),
  ]);
  const originOf = (setting: string): string => given.get(setting)?.origin ?? "not set";

  const parsed = settingsSchema.safeParse(nested(given));
  if (!parsed.success) {
    const [section, key] = parsed.error.issues[0]?.path ?? [];
    const setting = key === undefined ? String(section) : `${String(section)}.${String(key)}`;
    throw new ConfigError(setting, fault(setting, given), originOf(setting));
  }
  const config = toConfig(parsed.data, new Set(given.keys()));
  if (options.direct === true && config.database.isTransactionPool && !given.has("database.direct_url")) {
    const why = "must be set where database.transaction_pool is true: this program needs PostgreSQL itself";
    throw new ConfigError("database.direct_url", why, originOf("database.direct_url"));
  }
  checkProduction(config, services, (setting) =>
    originOf(given.has(setting) ? setting : setting.replace(".password", ".url")),
  );
  return config;
}

/** As `loadConfig`; a setting that cannot be used ends the process with its one line and exit code 2. */
export function loadConfigOrExit(options: LoadOptions = {}): Config {
  try {
    return loadConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

function fault(setting: string, given: Layer): string {
  const wants = `must be ${wantsBySetting.get(setting) ?? "something else"}`;
  const value = given.get(setting)?.value;
  return secretSettings.has(setting) ? wants : `${wants}, not ${JSON.stringify(value)}`;
}

/** `server.http_port` → `{ server: { http_port } }`, with every section there, if only for its defaults. */
function nested(layer: Layer): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  const groups = new Map([...sections].map((section) => [section, {} as Record<string, unknown>]));
  for (const [section, group] of groups) settings[section] = group;
  for (const [name, { value }] of layer) {
    const [section = "", key] = name.split(".");
    const group = groups.get(section);
    if (key === undefined || group === undefined) settings[name] = value;
    else group[key] = value;
  }
  return settings;
}
