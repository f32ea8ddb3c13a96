import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { denoArguments } from "../../../infra/dev/launch/deno-permissions.mjs";
import { inRoot, root } from "../../../infra/dev/launch/paths.mjs";
import { standIns } from "../../compose/local-images.ts";

/** docker-compose.yml and the Dockerfile, as texts: what can be held against the design without a Docker engine. */

// biome-ignore lint/suspicious/noExplicitAny: read field by field, as YAML gives it
type Part = any;

const text = (file: string): string => readFileSync(inRoot(file), "utf8");
const file = parse(text("docker-compose.yml"), { merge: true }) as Part;
const services = Object.entries(file.services as Record<string, Part>);
const dockerfile = text("Dockerfile").replaceAll("\\\n", "");
const packageJson = JSON.parse(text("package.json")) as Part;

/** Host port → container port, with the variables' defaults. */
function ports(service: Part): string[] {
  return ((service.ports ?? []) as string[]).map((port) =>
    port
      .replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1")
      .split(":")
      .slice(-2)
      .join(" → "),
  );
}

describe("docker-compose.yml", () => {
  it("has the services of the design on their ports", () => {
    expect(Object.fromEntries(services.map(([name, service]) => [name, ports(service)]))).toEqual({
      postgres: ["5433 → 5432"],
      redis: ["6380 → 6379"],
      rabbitmq: ["5673 → 5672", "15673 → 15672"],
      pgbouncer: ["6433 → 5432"],
      migrate: [],
      engine: [],
      api: [],
      balancer: ["8080 → 8080", "8081 → 8081"],
    });
  });

  it("opens ports to this machine only, unless told otherwise", () => {
    for (const [, service] of services)
      for (const port of service.ports ?? []) expect(port).toMatch(/^\$\{BIND_ADDRESS:-127\.0\.0\.1\}:/);
  });

  it("runs every service as a user other than root, without rights, on a read-only file system", () => {
    for (const [name, service] of services) {
      expect([name, service.user]).toEqual([
        name,
        expect.stringMatching(/^(65534:65534|postgres|redis|rabbitmq|haproxy)$/),
      ]);
      expect([name, service.read_only, service.cap_drop, service.security_opt]).toEqual([
        name,
        true,
        ["ALL"],
        ["no-new-privileges:true"],
      ]);
    }
  });

  it("watches the health of everything that goes on running", () => {
    const without = services.filter(([, { healthcheck }]) => healthcheck?.test === undefined);
    expect(without.map(([name]) => name)).toEqual(["migrate"]);
  });

  it("starts each service when what it needs is healthy, and programs after the migrations", () => {
    const needs = Object.fromEntries(
      services.map(([name, { depends_on: on = {} }]) => [
        name,
        Object.fromEntries(
          Object.entries(on as Part).map(([needed, { condition }]: Part) => [needed, condition]),
        ),
      ]),
    );
    const healthy = "service_healthy";
    const done = "service_completed_successfully";
    expect(needs).toEqual({
      postgres: {},
      redis: {},
      rabbitmq: {},
      pgbouncer: { postgres: healthy },
      migrate: { postgres: healthy },
      engine: { migrate: done, redis: healthy, rabbitmq: healthy },
      api: { migrate: done, pgbouncer: healthy, redis: healthy, rabbitmq: healthy },
      balancer: { api: "service_started" },
    });
  });

  it("keeps data in volumes, two engines in the group, and the API behind PgBouncer", () => {
    expect(Object.keys(file.volumes)).toEqual(["postgres-data", "redis-data", "rabbitmq-data"]);
    expect(file.services.engine.scale).toBe(2);
    expect(file.services.api.environment).toMatchObject({
      POSTGRES_HOST: "pgbouncer",
      TRADE_ENGINE_DATABASE_TRANSACTION_POOL: "true",
    });
    expect(file.services.engine.environment.POSTGRES_HOST).toBe("postgres");
    const settings = text("infra/docker/pgbouncer/pgbouncer.ini");
    for (const line of ["pool_mode = transaction", "max_client_conn = 100", "default_pool_size = 20"])
      expect(settings).toContain(`\n${line}\n`);
  });

  it("has every password in a file, which is there for development", () => {
    const variables = services.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(variables.filter((name) => /PASS/.test(name) && !name.endsWith("_FILE"))).toEqual([]);
    const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets as string[]));
    expect([...used].sort()).toEqual(Object.keys(file.secrets).sort());
    for (const name of used)
      expect([name, existsSync(inRoot("infra/docker/secrets", name))]).toEqual([name, true]);
  });

  it("lets nobody be anybody: dev tokens are in the override for development alone", () => {
    expect(text("docker-compose.yml")).not.toMatch(/DEV_TOKENS/);
    const override = parse(text("docker-compose.override.yml")) as Part;
    expect(override.services.api.environment.TRADE_ENGINE_AUTH_DEV_TOKENS).toBe("true");
  });

  it("is taken by Compose, where one is installed", () => {
    const words = [["docker-compose"], ["docker", "compose"]].filter(
      ([program = "", ...args]) => spawnSync(program, [...args, "version"], { stdio: "ignore" }).status === 0,
    );
    for (const [program = "", ...args] of words) {
      const { status, stderr } = spawnSync(program, [...args, "config", "--quiet"], {
        cwd: root,
        encoding: "utf8",
      });
      expect([program, status, stderr]).toEqual([program, 0, ""]);
    }
  });
});

describe("the Dockerfile", () => {
  it("gives the programs the permissions of `npm run api`, and the folders of settings and secrets", () => {
    const words = /^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? "[]";
    const [init, dashes, deno, ...args] = JSON.parse(words) as string[];
    expect([init, dashes, deno]).toEqual(["/tini", "--", "/bin/deno"]);
    const reads = /^--allow-read=/;
    expect(args.filter((arg) => !reads.test(arg))).toEqual(
      denoArguments("server").filter((arg) => !reads.test(arg)),
    );
    expect(args.find((arg) => reads.test(arg))).toBe("--allow-read=/app,/etc/trade-engine,/run/secrets");
  });

  it("has the Deno that the package list pins, and ends as a user other than root", () => {
    expect(dockerfile).toContain(`FROM denoland/deno:distroless-${packageJson.dependencies.deno}\n`);
    expect(dockerfile.match(/^USER .*$/gm)).toEqual(["USER 65534:65534"]);
  });

  it("names only images of which the tests can make stand-ins", () => {
    const inFile = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    const inServices = services
      .map(([, { image }]) => image as string)
      .filter((image) => !image.startsWith("trade-engine"));
    expect([...new Set([...inFile, ...inServices])].sort()).toEqual(Object.keys(standIns).sort());
  });
});
