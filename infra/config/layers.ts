/**
 * Where settings come from, each with its origin. Later layers win: what the program itself sets, the YAML file, the
 * short names in the environment, the prefixed names in the environment.
 */
import { readFileSync } from "node:fs";
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { ConfigError } from "./config-error.ts";
import { plainNames } from "./schema.ts";
import { environmentName, sections, wantsBySetting } from "./settings-index.ts";

/** One value and where it was written. */
export interface Given {
  readonly value: unknown;
  readonly origin: string;
}

/** Values by the names of their settings. */
export type Layer = Map<string, Given>;

/** An environment, as `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program sets itself; `server.host` and such are the keys. */
export function programLayer(values: Readonly<Record<string, unknown>>): Layer {
  return new Map(Object.entries(values).map(([key, value]) => [key, { value, origin: "the program's own" }]));
}

/**
 * The settings in a YAML file, each with the line it is on.
 * @throws {ConfigError} for what cannot be read, is no YAML, or names a setting that does not exist
 */
export function yamlLayer(file: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(read(file, file, "the YAML file"), { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new ConfigError(
      file,
      fault.message.split("\n")[0] ?? "is not YAML",
      `line ${fault.linePos?.[0].line ?? 1}`,
    );
  }
  const layer: Layer = new Map();
  const originOf = (node: Node): string => `${file}:${lines.linePos(node.range?.[0] ?? 0).line}`;

  const visit = (map: YAMLMap, prefix: string): void => {
    for (const { key, value } of map.items) {
      const name = `${prefix}${isScalar(key) ? String(key.value) : "?"}`;
      const origin = originOf(key as Node);
      if (value === null || (isScalar(value) && value.value === null)) continue; // a key with nothing after it
      if (prefix === "" && sections.has(name)) {
        if (!isMap(value)) throw new ConfigError(name, "must be a group of settings", origin);
        visit(value as YAMLMap, `${name}.`);
      } else if (wantsBySetting.has(name)) {
        layer.set(name, { value: (value as Node).toJS(document), origin });
      } else {
        throw new ConfigError(name, "there is no such setting", origin);
      }
    }
  };
  if (isMap(document.contents)) visit(document.contents as YAMLMap, "");
  return layer;
}

/** The settings under the short names of .env.example. `NODE_ENV` counts when it says production. */
export function plainLayer(environment: Environment): Layer {
  const layer = namedLayer(environment, Object.entries(plainNames));
  if (environment["NODE_ENV"] === "production") {
    layer.set("environment", { value: "production", origin: "environment variable NODE_ENV" });
  }
  return layer;
}

/** The settings under their full names, with the prefix. */
export function prefixedLayer(environment: Environment): Layer {
  return namedLayer(
    environment,
    [...wantsBySetting.keys()].map((setting) => [environmentName(setting), setting]),
  );
}

/**
 * Lays layers over each other, the last on top. An address says all that its parts say, so one given in a higher
 * layer also replaces host, port and so on of the layers below; parts of the same layer refine it.
 */
export function merge(layers: readonly Layer[]): Layer {
  const merged: Layer = new Map();
  for (const layer of layers) {
    for (const section of ["database", "redis", "rabbitmq"]) {
      if (!layer.has(`${section}.url`)) continue;
      for (const part of ["host", "port", "user", "password", "name", "vhost"])
        merged.delete(`${section}.${part}`);
    }
    for (const [key, given] of layer) merged.set(key, given);
  }
  return merged;
}

function namedLayer(environment: Environment, names: Iterable<readonly [string, string]>): Layer {
  const layer: Layer = new Map();
  for (const [variable, setting] of names) {
    const given = fromVariable(environment, variable, setting);
    if (given !== undefined) layer.set(setting, given);
  }
  return layer;
}

/** A variable's own value, or what is in the file that its `_FILE` twin names. An empty one is as good as none. */
function fromVariable(environment: Environment, variable: string, setting: string): Given | undefined {
  const value = environment[variable] || undefined;
  const file = environment[`${variable}_FILE`] || undefined;
  if (value !== undefined && file !== undefined) {
    throw new ConfigError(
      setting,
      "is given twice",
      `environment variables ${variable} and ${variable}_FILE`,
    );
  }
  if (value !== undefined) return { value, origin: `environment variable ${variable}` };
  if (file === undefined) return undefined;
  const origin = `file ${file}, named by ${variable}_FILE`;
  return { value: read(file, setting, origin).replace(/\r?\n$/, ""), origin };
}

function read(file: string, key: string, origin: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "it cannot be read";
    throw new ConfigError(key, `cannot be read: ${code}`, origin, { cause });
  }
}
