import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "../../infra/dev/stack/stack.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { AUTHORITY_FILE, type TlsProxy, tlsProxyTo } from "../support/tls-proxy.ts";
import { runTool } from "../support/tool-run.ts";

/** The whole system with every service behind TLS, its certificate signed by an authority that only a setting names. */

const SETTINGS = {
  TRADE_ENGINE_DATABASE_TLS: "verify",
  TRADE_ENGINE_DATABASE_CERTIFICATE_AUTHORITY_FILE: AUTHORITY_FILE,
  TRADE_ENGINE_REDIS_CERTIFICATE_AUTHORITY_FILE: AUTHORITY_FILE,
  TRADE_ENGINE_RABBITMQ_CERTIFICATE_AUTHORITY_FILE: AUTHORITY_FILE,
};

const proxies = new Map<string, TlsProxy>();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    apis: 1,
    engines: 1,
    group: "main",
    runtime: "deno",
    durable: true,
    logFormat: "json",
    addressOf: async ({ kind, url }) => {
      const proxy = proxies.get(kind) ?? (await tlsProxyTo(url));
      proxies.set(kind, proxy);
      return proxy.url;
    },
    environmentOf: () => SETTINGS,
    onLine: () => undefined,
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  await stack.stop();
  for (const proxy of proxies.values()) proxy.close();
});

test("orders are traded with every connection encrypted and every certificate checked", async () => {
  const [api] = stack.apis;
  const alice = new HttpCaller(api?.url ?? "", "alice");
  expect(await alice.place("SELL", "0.01", "50000.00")).toMatchObject({ body: { status: "OPEN" } });
  const bought = await alice.as("bob").place("BUY", "0.01", "50000.00");
  expect(bought).toMatchObject({ status: 201, body: { status: "FILLED" } });
  expect([...proxies.keys()].sort()).toEqual(["PostgreSQL", "RabbitMQ", "Redis"]);
  for (const proxy of proxies.values()) expect(proxy.encrypted()).toBeGreaterThan(0);
});

test("verify goes the same way, and a certificate that nobody vouches for is named for each service", async () => {
  const address = (kind: string): string => proxies.get(kind)?.url ?? "";
  const env = {
    POSTGRES_URL: address("PostgreSQL"),
    REDIS_URL: address("Redis"),
    RABBITMQ_URL: address("RabbitMQ"),
  };
  const well = await runTool("verify", [], { ...env, ...SETTINGS });
  expect(well.stdout, well.stderr).toContain("All services are as they should be.");
  const ill = await runTool("verify", [], { ...env, TRADE_ENGINE_DATABASE_TLS: "verify" });
  expect(ill.stdout.match(/^WRONG +\S+ +cannot be used at localhost:\d+/gm)).toHaveLength(3);
});
