import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { denoProgram, nodeProgram } from "../../infra/dev/launch/runtimes.mjs";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";

/**
 * Clients as their users have them: the package packed and installed in a folder of its own, and what
 * other generators make of the document; each places orders on a running engine.
 */

const folder = dataFolder();
const home = mkdtempSync(join(tmpdir(), "trade-engine-sdk-"));
let run: EmbeddedRun;

beforeAll(async () => {
  run = await startEmbedded("deno", folder.directory, {
    TRADE_ENGINE_AUTH_KEY_ENCRYPTION_KEYS: `test:${randomBytes(32).toString("base64")}`,
  });
});

afterAll(async () => {
  await run?.stop();
  folder.remove();
  rmSync(home, { recursive: true, force: true });
});

/** Runs a program to its end; throws with everything that it said where it fails. */
function runProgram(program: string, args: readonly string[], cwd = home): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

function tsc(...args: string[]): void {
  const nodeTypes = ["--typeRoots", inRoot("node_modules/@types"), "--types", "node"];
  runProgram(nodeProgram(), [inRoot("node_modules/typescript/bin/tsc"), ...nodeTypes, ...args]);
}

/** Runs a program in the folder of a user; what it prints. */
function runIn(directory: string, runtime: "node" | "deno", script: string, args: readonly string[]): string {
  const [program, ...before] =
    runtime === "node" ? [nodeProgram()] : [denoProgram(), "run", "--allow-net", "--node-modules-dir=manual"];
  return runProgram(program as string, [...before, script, ...args], directory);
}

describe("the packed TypeScript client", () => {
  const user = join(home, "user");

  beforeAll(() => {
    const source = join(home, "package");
    cpSync(inRoot("sdk/typescript"), source, { recursive: true });
    tsc("--project", inRoot("sdk/typescript"), "--outDir", join(source, "dist"));
    const [packed] = JSON.parse(
      runProgram("npm", ["pack", "--json", "--pack-destination", home], source),
    ) as [{ filename: string; files: { path: string }[] }];
    expect(packed.files.filter(({ path }) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
    mkdirSync(user);
    writeFileSync(
      join(user, "package.json"),
      JSON.stringify({ name: "user", type: "module", private: true }),
    );
    runProgram("npm", ["install", "--offline", "--no-audit", "--no-fund", join(home, packed.filename)], user);
    cpSync(inRoot("sdk/typescript/example/trade.ts"), join(user, "trade.ts"));
  });

  test("its types check what its user writes", () => {
    const options = [
      "--noEmit",
      "--skipLibCheck",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2023,dom",
    ];
    tsc(...options, join(user, "trade.ts"));
  });

  test.each(["node", "deno"] as const)(
    "places orders by token and by signed requests, and follows the book, on %s",
    (runtime) => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const said = runIn(user, runtime, "trade.ts", [
        run.origin,
        `sdk-${runtime}`,
        privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
        publicKey.export({ format: "pem", type: "spki" }).toString(),
      ]);
      expect(JSON.parse(said)).toEqual({
        byToken: "OPEN",
        byHmac: "OPEN",
        byEd25519: "OPEN",
        openOrders: 3,
        misspelt: "function",
        bookShowsThem: true,
        refusal: "PRICE_NOT_ON_TICK",
        sameKeySameOrder: true,
      });
    },
  );
});

describe("the document makes working clients with other generators:", () => {
  const cases = [
    {
      name: "swagger-typescript-api",
      generate: (out: string) =>
        runProgram(nodeProgram(), [
          inRoot("node_modules/swagger-typescript-api/dist/cli.mjs"),
          "generate",
          ...["-p", inRoot("docs/openapi.json"), "-o", out, "-n", "client.ts", "--silent"],
        ]),
      program: `import { Api, OrderType, Side } from "./client.ts";
const [origin, user] = process.argv.slice(2);
const api = new Api({ baseUrl: origin, baseApiParams: { headers: { authorization: "Bearer dev:" + user }, format: "json" } });
const placed = await api.api.placeOrder({ symbol: "BTC/USDT", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.5", price: "64000" });
process.stdout.write((placed.data as { orderId: string }).orderId);
`,
    },
    {
      name: "oazapfts",
      generate: (out: string) =>
        runProgram(nodeProgram(), [
          inRoot("node_modules/oazapfts/dist/cli.js"),
          inRoot("docs/openapi.json"),
          join(out, "client.ts"),
        ]),
      program: `import { defaults, placeOrder } from "./client.ts";
const [origin, user] = process.argv.slice(2);
defaults.baseUrl = origin!;
defaults.headers = { authorization: "Bearer dev:" + user };
const placed = await placeOrder({ symbol: "BTC/USDT", side: "BUY", type: "LIMIT", quantity: "0.5", price: "64000" });
if (placed.status !== 201) throw new Error(JSON.stringify(placed));
process.stdout.write(placed.data.orderId);
`,
    },
  ];

  test.each(cases)("$name compiles and places an order", async ({ name, generate, program }) => {
    // In the checkout, where packages that generated code asks for are found.
    const directory = inRoot(`.cache/generated-${name}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    generate(directory);
    writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(directory, "trade.ts"), program);
    const options = ["--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler"];
    const emit = ["--target", "es2022", "--lib", "es2023,dom,dom.iterable"];
    tsc(...options, ...emit, "--rewriteRelativeImportExtensions", join(directory, "trade.ts"));
    expect(readFileSync(join(directory, "client.js"), "utf8").length).toBeGreaterThan(1_000);
    const orderId = runIn(directory, "node", "trade.js", [run.origin, name]);
    const caller = new HttpCaller(run.origin, name);
    expect((await caller.get(`/orders/${orderId}`)).body).toMatchObject({ orderId, status: "OPEN" });
  });
});
