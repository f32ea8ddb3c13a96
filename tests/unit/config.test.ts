import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../infra/config/load.ts";
import { plainNames } from "../../infra/config/schema.ts";
import { environmentName, wantsBySetting } from "../../infra/config/settings-index.ts";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-config-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe("where settings come from", () => {
  it("takes the defaults when nothing is said", () => {
    const config = loadConfig({ environment: {} });
    expect(config.server).toMatchObject({ host: "127.0.0.1", httpPort: 8080, readTimeoutMs: 15_000 });
    expect(config.limits).toMatchObject({
      bodyBytes: 65_536,
      batchBodyBytes: 262_144,
      orders: { count: 200, periodMs: 1_000 },
    });
    expect(config.database.url).toBe("postgres://trade_engine_user@localhost:5432/trade_engine_db");
    expect(config.rabbitmq.url).toBe("amqp://guest@localhost:5672/%2F");
  });

  it("lets the YAML file override a program's own defaults, and the environment the file", () => {
    const file = written(
      "c.yaml",
      "server:\n  http_port: 7001\n  read_timeout: 250ms\nlog:\n  level: debug\n",
    );
    const config = loadConfig({
      environment: { TRADE_ENGINE_CONFIG: file, LOG_LEVEL: "warn", SERVER_HTTP_PORT: "7002" },
      defaults: { "server.http_port": 7000, "server.host": "0.0.0.0" },
    });
    expect(config.server).toMatchObject({ host: "0.0.0.0", httpPort: 7002, readTimeoutMs: 250 });
    expect(config.log.level).toBe("warn");
  });

  it("lets the prefixed name override the short one", () => {
    const environment = { SERVER_HTTP_PORT: "7001", TRADE_ENGINE_SERVER_HTTP_PORT: "9000" };
    expect(loadConfig({ environment }).server.httpPort).toBe(9000);
  });

  it("reads any value from the file that its _FILE twin names, without the last line's end", () => {
    const environment = { POSTGRES_PASSWORD_FILE: written("password", "p@ss/word\n"), POSTGRES_HOST: "db" };
    expect(loadConfig({ environment }).database.url).toBe(
      "postgres://trade_engine_user:p%40ss%2Fword@db:5432/trade_engine_db",
    );
  });

  it("lets an address replace the parts of a lower layer, and be refined by the parts of its own", () => {
    const file = written("c.yaml", "database:\n  host: elsewhere\n  name: other\n");
    const environment = {
      TRADE_ENGINE_CONFIG: file,
      POSTGRES_URL: "postgres://user@db:5555/trade",
      POSTGRES_PASSWORD: "hidden",
    };
    expect(loadConfig({ environment }).database.url).toBe("postgres://user:hidden@db:5555/trade");
  });

  it("takes a comma-separated list from the environment, and an empty variable as none", () => {
    const environment = { TRADE_ENGINE_SYMBOLS_GROUPS: "main, alt", SERVER_HTTP_PORT: "" };
    const config = loadConfig({ environment });
    expect(config.symbols.groups).toEqual(["main", "alt"]);
    expect(config.server.httpPort).toBe(8080);
  });
});

describe("a setting that cannot be used", () => {
  const messageFor = (environment: Record<string, string>): string => {
    try {
      loadConfig({ environment });
    } catch (error) {
      return (error as Error).message;
    }
    return "no fault";
  };

  it.each([
    [
      { SERVER_HTTP_PORT: "eighty" },
      'server.http_port: must be a whole number from 0 to 65535, not "eighty" (environment variable SERVER_HTTP_PORT)',
    ],
    [
      { TRADE_ENGINE_SERVER_HTTP_PORT: "70000" },
      'server.http_port: must be a whole number from 0 to 65535, not "70000" (environment variable TRADE_ENGINE_SERVER_HTTP_PORT)',
    ],
    [
      { LOG_LEVEL: "loud" },
      'log.level: must be one of trace, debug, info, warn, error, fatal, not "loud" (environment variable LOG_LEVEL)',
    ],
    [
      { TRADE_ENGINE_SERVER_READ_TIMEOUT: "15" },
      'server.read_timeout: must be a length of time such as 250ms, 15s, 10m or 24h, not "15" (environment variable TRADE_ENGINE_SERVER_READ_TIMEOUT)',
    ],
    [
      { TRADE_ENGINE_AUTH_DEV_TOKENS: "maybe" },
      'auth.dev_tokens: must be true or false, not "maybe" (environment variable TRADE_ENGINE_AUTH_DEV_TOKENS)',
    ],
    [
      { REDIS_URL: "http://user:hush@cache" },
      "redis.url: must be an address that begins with redis:// or rediss:// (environment variable REDIS_URL)",
    ],
    [
      { POSTGRES_PASSWORD: "a", POSTGRES_PASSWORD_FILE: "/b" },
      "database.password: is given twice (environment variables POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE)",
    ],
    [
      { RABBITMQ_PASSWORD_FILE: "/nowhere/at/all" },
      "rabbitmq.password: cannot be read: ENOENT (file /nowhere/at/all, named by RABBITMQ_PASSWORD_FILE)",
    ],
  ])("is named with its fault and its origin in one line: %j", (environment, message) => {
    expect(messageFor(environment)).toBe(message);
  });

  it("is named with the line of the YAML file it is on", () => {
    const wrong = written("c.yaml", "server:\n  host: 127.0.0.1\n  http_port: -1\n");
    expect(messageFor({ TRADE_ENGINE_CONFIG: wrong })).toBe(
      `server.http_port: must be a whole number from 0 to 65535, not -1 (${wrong}:3)`,
    );
    const unknown = written("d.yaml", "server:\n  htp_port: 80\n");
    expect(messageFor({ TRADE_ENGINE_CONFIG: unknown })).toBe(
      `server.htp_port: there is no such setting (${unknown}:2)`,
    );
    const flat = written("e.yaml", "server: 80\n");
    expect(messageFor({ TRADE_ENGINE_CONFIG: flat })).toBe(`server: must be a group of settings (${flat}:1)`);
    const broken = written("f.yaml", "server:\n  host: [\n");
    expect(messageFor({ TRADE_ENGINE_CONFIG: broken })).toMatch(/f\.yaml: .* \(line \d\)$/);
  });
});

describe("the ways to a service", () => {
  it("are encrypted by setting, with the authority of a file", () => {
    const pem = written("ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
    const config = loadConfig({
      environment: {
        TRADE_ENGINE_DATABASE_TLS: "verify",
        TRADE_ENGINE_DATABASE_CERTIFICATE_AUTHORITY_FILE: pem,
        REDIS_URL: "redis://cache:6400/2",
        TRADE_ENGINE_REDIS_TLS: "true",
        TRADE_ENGINE_RABBITMQ_TLS: "true",
        TRADE_ENGINE_RABBITMQ_CERTIFICATE_AUTHORITY_FILE: pem,
      },
    });
    expect(config.database.tls).toMatchObject({
      rejectUnauthorized: true,
      ca: expect.stringContaining("BEGIN"),
    });
    expect(config.redis).toMatchObject({ url: "rediss://cache:6400/2", certificateAuthority: undefined });
    expect(config.rabbitmq).toMatchObject({
      url: "amqps://guest@localhost:5672/%2F",
      certificateAuthority: expect.stringContaining("BEGIN"),
    });
    expect(() =>
      loadConfig({ environment: { TRADE_ENGINE_REDIS_CERTIFICATE_AUTHORITY: "/etc/ca" } }),
    ).toThrow("redis.certificate_authority: must be certificates in PEM");
  });

  it("past PgBouncer has to be named for programs that need PostgreSQL itself, and for no other", () => {
    const pooled = {
      POSTGRES_URL: "postgres://u:p@pool:6432/d",
      TRADE_ENGINE_DATABASE_TRANSACTION_POOL: "true",
    };
    expect(loadConfig({ environment: pooled }).database.isTransactionPool).toBe(true);
    expect(() => loadConfig({ environment: pooled, direct: true })).toThrow(
      "database.direct_url: must be set where database.transaction_pool is true: " +
        "this program needs PostgreSQL itself (not set)",
    );
    const direct = { ...pooled, POSTGRES_DIRECT_URL: "postgres://u:p@db/d" };
    expect(loadConfig({ environment: direct, direct: true }).database).toMatchObject({
      url: "postgres://u:p@pool:6432/d",
      directUrl: "postgres://u:p@db/d",
    });
  });
});

describe("production", () => {
  const safe = {
    NODE_ENV: "production",
    POSTGRES_PASSWORD: "k3-a-real-one",
    RABBITMQ_PASSWORD: "k4-a-real-one",
  };

  it("starts with passwords of its own", () => {
    expect(loadConfig({ environment: safe }).isProduction).toBe(true);
  });

  it.each([
    [
      { POSTGRES_PASSWORD: "changeme" },
      "database.password: is a default password that everybody knows: set another in production (environment variable POSTGRES_PASSWORD)",
    ],
    [
      { RABBITMQ_URL: "amqp://guest:guest@mq", RABBITMQ_PASSWORD: "" },
      "rabbitmq.password: is a default password that everybody knows: set another in production (environment variable RABBITMQ_URL)",
    ],
    [{ POSTGRES_PASSWORD: "" }, "database.password: must be set in production (not set)"],
    [
      { TRADE_ENGINE_AUTH_DEV_TOKENS: "true" },
      "auth.dev_tokens: must be false in production: with it anybody can be any user (environment variable TRADE_ENGINE_AUTH_DEV_TOKENS)",
    ],
  ])("refuses to start with %j", (change, message) => {
    expect(() => loadConfig({ environment: { ...safe, ...change } })).toThrow(message);
  });

  it("asks nothing of services that the program does not connect to", () => {
    const environment = { NODE_ENV: "production" };
    expect(loadConfig({ environment, services: [] }).isProduction).toBe(true);
  });
});

describe("the examples", () => {
  const example = inRoot("infra", "config", "config.example.yaml");

  it("have every setting, with its default", () => {
    const settings = parse(readFileSync(example, "utf8")) as Record<string, unknown>;
    const names = Object.entries(settings).flatMap(([section, value]) =>
      typeof value === "object" ? Object.keys(value as object).map((key) => `${section}.${key}`) : [section],
    );
    const optional = ["auth.jwks_url", "database.url", "database.direct_url", "redis.url", "rabbitmq.url"];
    expect(new Set([...names, ...optional])).toEqual(new Set(wantsBySetting.keys()));
    expect(loadConfig({ environment: { TRADE_ENGINE_CONFIG: example } })).toEqual(
      loadConfig({ environment: {} }),
    );
  });

  it("have only names that are read", () => {
    const names = readFileSync(inRoot(".env.example"), "utf8").matchAll(/^([A-Z_]+)=/gm);
    const known = new Set([
      ...Object.keys(plainNames),
      ...[...wantsBySetting.keys()].map(environmentName),
      "NODE_ENV",
    ]);
    for (const [, name] of names) expect(known).toContain(name);
  });
});
