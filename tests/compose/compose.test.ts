import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCompose } from "../../infra/dev/compose/compose.ts";
import { waitUntilHealthy } from "../../infra/dev/compose/healthy.ts";
import { root } from "../../infra/dev/launch/paths.mjs";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { freePorts } from "../../infra/embedded/free-ports.ts";
import { commandBlocks } from "../support/document-commands.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { runBlock } from "../support/run-document.ts";
import { type DockerEngine, provideEngine } from "./engine.ts";
import { provideImages } from "./local-images.ts";

/**
 * The real docker-compose.yml, brought up as a person would: all healthy, orders through the load balancer, an engine
 * killed, the API scaled. Beside whatever else runs here: on free ports, and as a Compose project of its own.
 */

const HEALTHY_WITHIN_MS = 180_000;
const project = "trade-engine-test";
const published = ["HTTP", "WEBSOCKET", "POSTGRES", "PGBOUNCER", "REDIS", "RABBITMQ", "RABBITMQ_UI"];

let docker: DockerEngine | undefined;
let balancer = "";
let streams = "";

beforeAll(async () => {
  const ports = await freePorts(published.length);
  for (const [index, name] of published.entries())
    process.env[`PUBLISHED_${name}_PORT`] = String(ports[index]);
  process.env["COMPOSE_PROJECT_NAME"] = project;
  balancer = `http://127.0.0.1:${ports[0]}`;
  streams = `ws://127.0.0.1:${ports[1]}`;
  docker = await provideEngine();
  provideImages((line) => console.log(line));
  // One build with the machine's own network: some reach their package registry in no other way.
  run("docker", "build", "--quiet", "--network", "host", "--tag", "trade-engine", ".");
});

afterAll(async () => {
  if (docker === undefined) return;
  compose("down", "--volumes", "--remove-orphans", "--timeout", "10");
  await docker.end();
});

function run(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

function compose(...args: string[]): string {
  const { words } = findCompose();
  const [program, ...first] = words;
  return run(program, ...first, ...args);
}

const containers = (service: string): string[] =>
  compose("ps", "--quiet", service).split("\n").filter(Boolean);

async function allHealthy(): Promise<void> {
  expect(await waitUntilHealthy(findCompose(), HEALTHY_WITHIN_MS)).toEqual([]);
}

const caller = (user: string): HttpCaller => new HttpCaller(balancer, user);

/** Places an order again and again until one is answered 201; each try is an order of its own, far from the market. */
const firstOrder = () =>
  waitFor("an order to be placed", HEALTHY_WITHIN_MS, async () => {
    const placed = await caller("first").place("BUY", "0.01", "1000.00");
    return placed.status === 201 ? placed : undefined;
  });

/** The engine that matches says so of itself. */
async function activeEngine(): Promise<string> {
  return waitFor("one engine to be active", 60_000, () => {
    const active = containers("engine").filter((id) =>
      run("docker", "exec", id, "/bin/deno", "eval", askState).includes('"active"'),
    );
    return active.length === 1 ? active[0] : undefined;
  });
}

/** Whether an API container has answered a POST of an order, by its own count. */
function hasPlacedOrders(container: string): boolean {
  const said = run("docker", "exec", container, "/bin/deno", "eval", askMetrics);
  return /http_request_duration_seconds_count\{method="POST",route="[^"]*\/orders",status="201"\} [1-9]/.test(
    said,
  );
}

const askMetrics = "console.log(await (await fetch('http://127.0.0.1:9464/metrics')).text())";
const askState = "console.log(await (await fetch('http://127.0.0.1:8082/ready')).text())";

describe("docker compose", () => {
  it("brings up a system that takes orders, from nothing", async () => {
    compose("down", "--volumes", "--remove-orphans");
    const startedAt = performance.now();
    compose("up", "--detach", "--no-build");
    await firstOrder();
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`from the command to the first order: ${seconds.toFixed(1)} s`);
    await allHealthy();
  });

  it("runs every container without root, without rights, on a read-only file system", () => {
    const ids = compose("ps", "--quiet").split("\n").filter(Boolean);
    expect(ids.length).toBeGreaterThanOrEqual(9);
    for (const id of ids) {
      const [found] = JSON.parse(run("docker", "inspect", id)) as [Inspected];
      const { Name: name, HostConfig: host } = found;
      expect([name, host.ReadonlyRootfs]).toEqual([name, true]);
      expect([name, host.CapDrop]).toEqual([name, ["ALL"]]);
      if (found.State.Status !== "running") continue;
      const users = run("docker", "top", id, "-eo", "pid,uid")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/)[1]);
      expect([name, users.map((user) => Number(user) > 0)]).toEqual([name, users.map(() => true)]);
    }
  });

  it("crosses two orders through the load balancer", async () => {
    const sell = await caller("ann").place("SELL", "0.5", "50000.00");
    const buy = await caller("bob").place("BUY", "0.5", "50000.00", { responseType: "FULL" });
    expect([sell.status, buy.status, buy.body.status]).toEqual([201, 201, "FILLED"]);
    const seen = await caller("ann").get(`/orders/${sell.body.orderId}`);
    expect(seen.body.status).toBe("FILLED");
  });

  it("takes WebSockets through the load balancer", async () => {
    const socket = new WebSocket(`${streams}/ws`);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("no WebSocket"));
    });
    socket.close();
  });

  it("goes on when the active engine is killed, with nothing lost", async () => {
    const resting = await caller("cara").place("SELL", "0.25", "51000.00");
    expect(resting.body.status).toBe("OPEN");
    const killed = await activeEngine();
    const killedAt = performance.now();
    run("docker", "kill", "--signal", "KILL", killed);
    const next = await waitFor("an order to be answered by the other engine", 60_000, async () => {
      const placed = await caller("dora").place("BUY", "0.01", "40000.00");
      return placed.status === 201 ? placed : undefined;
    });
    console.log(`from the kill to the next answer: ${((performance.now() - killedAt) / 1000).toFixed(1)} s`);
    expect(next.body.status).toBe("OPEN");
    const buy = await caller("bob").place("BUY", "0.25", "51000.00", { responseType: "FULL" });
    expect([buy.body.status, buy.body.fills.length]).toEqual(["FILLED", 1]);
  });

  it("has two engines again", async () => {
    compose("up", "--detach", "--no-build"); // `docker kill` counts as a person's stop: nobody restarts it
    await allHealthy();
    expect(containers("engine")).toHaveLength(2);
    await activeEngine();
  });

  it("scales the API to three behind the balancer, which all take orders", async () => {
    compose("up", "--detach", "--no-build", "--scale", "api=3");
    await allHealthy();
    expect(containers("api")).toHaveLength(3);
    await waitFor("all three to place orders", 60_000, async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => caller("eve").place("BUY", "0.01", "900.00")),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      return containers("api").every(hasPlacedOrders) || undefined;
    });
  });

  it("answers every order while an API container is stopped", async () => {
    const answers: number[] = [];
    let isStopping = true;
    const trading = (async () => {
      while (isStopping) answers.push((await caller("finn").place("BUY", "0.01", "800.00")).status);
    })();
    const [stopped = ""] = containers("api");
    // Not `run`, which would keep the orders waiting meanwhile.
    await promisify(execFile)("docker", ["stop", stopped]);
    isStopping = false;
    await trading;
    expect(new Set(answers)).toEqual(new Set([201]));
    expect(answers.length).toBeGreaterThan(0);
  });

  it("keeps everything over down and up", async () => {
    const resting = await caller("gus").place("SELL", "0.1", "52000.00");
    compose("down");
    compose("up", "--detach", "--no-build");
    await firstOrder();
    await allHealthy();
    const found = await caller("gus").get(`/orders/${resting.body.orderId}`);
    expect([found.status, found.body.status]).toEqual([200, "OPEN"]);
  });
});

describe("the documents' commands for Docker", () => {
  it.each(
    commandBlocks()
      .filter(({ needs }) => needs === "docker")
      .map((block) => [`${block.document}:${block.line}`, block] as const),
  )("do what %s says", async (_place, block) => {
    const { code, output } = await runBlock(block, { env: {}, replace: [] });
    expect(code, output).toBe(0);
    expect(compose("ps", "--quiet").trim()).toBe("");
  });
});

interface Inspected {
  readonly Name: string;
  readonly HostConfig: { readonly ReadonlyRootfs: boolean; readonly CapDrop: readonly string[] };
  readonly State: { readonly Status: string };
}
