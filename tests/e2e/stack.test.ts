import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { waitFor } from "../../infra/dev/services/wait.ts";

/** `npm run stack`, as a person sees it: what it prints is what is used here. */

const readyWithinMs = 120_000;

let stack: ChildProcess;
const printed: string[] = [];
const engineStates = new Map<string, string>();

beforeAll(async () => {
  stack = spawn(process.execPath, [inRoot("infra/dev/launch.mjs"), "stack"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [stack.stdout, stack.stderr]) {
    createInterface({ input: stream as NodeJS.ReadableStream }).on("line", (line) => {
      printed.push(line);
      const [, engine, state] = /^(engine-\d) .*"state":"(\w+)"/.exec(line) ?? [];
      if (engine !== undefined && state !== undefined) engineStates.set(engine, state);
    });
  }
  await waitFor("the stack to say where things are", readyWithinMs, () => {
    if (stack.exitCode !== null) throw new Error(printed.slice(-20).join("\n"));
    return printed.some((line) => line.startsWith("Ctrl-C ends everything")) ? true : undefined;
  });
}, readyWithinMs);

afterAll(async () => {
  if (stack.exitCode !== null) return;
  const ended = once(stack, "exit");
  stack.kill("SIGKILL");
  await ended;
});

const urls = (): string[] => printed.flatMap((line) => /^ {2}api-\d +(\S+)/.exec(line)?.[1] ?? []);

/** The two curl commands that it prints, ready to paste. */
function commands(): string[] {
  const lines = printed.join("\n");
  return [...lines.matchAll(/^ {2}curl [^\n]*\\\n[^\n]*$/gm)].map(([command]) => command);
}

async function paste(command: string): Promise<Record<string, unknown>> {
  const shell = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  shell.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  await once(shell, "close");
  return JSON.parse(output) as Record<string, unknown>;
}

const get = async (url: string, user: string): Promise<Record<string, unknown>> =>
  (await (await fetch(url, { headers: { authorization: `Bearer dev:${user}` } })).json()) as Record<
    string,
    unknown
  >;

describe("npm run stack", () => {
  it("prints two orders to paste that cross through two API processes", async () => {
    const [sell = "", buy = ""] = commands();
    expect(urls()).toHaveLength(2);
    expect(sell).toContain(urls()[0]);
    expect(buy).toContain(urls()[1]);
    const resting = await paste(sell);
    expect(resting).toMatchObject({ userId: "alice", side: "SELL", status: "OPEN" });
    expect(await paste(buy)).toMatchObject({ userId: "bob", side: "BUY", status: "FILLED" });
    const [first] = urls();
    expect(await get(`${first}/api/v1/orders/${resting["orderId"]}`, "alice")).toMatchObject({
      status: "FILLED",
    });
    expect(await get(`${first}/api/v1/trades`, "bob")).toMatchObject({
      trades: [{ price: "60000.00", quantity: "0.01000000", liquidity: "TAKER" }],
    });
  });

  it("goes on when the active engine is killed, and has two engines again", async () => {
    const [sell = "", buy = ""] = commands();
    const [active] = await waitFor("an engine to be active", 30_000, () =>
      [...engineStates].find(([, state]) => state === "active"),
    );
    const pids = printed
      .filter((line) => line.startsWith(active))
      .map((line) => /"pid":(\d+)/.exec(line)?.[1]);
    const pid = Number(pids.findLast((found) => found !== undefined));
    expect(await paste(sell)).toMatchObject({ status: "OPEN" });
    process.kill(pid, "SIGKILL");
    engineStates.delete(active);
    const taken = await paste(buy);
    // Until the other engine has taken over, the answer may be that the order is on its way.
    await waitFor("the order to be filled by the other engine", 60_000, async () => {
      const { status } = await get(`${urls()[1]}/api/v1/orders/${taken["orderId"]}`, "bob");
      return status === "FILLED" ? true : undefined;
    });
    await waitFor("the killed engine to stand by", 60_000, () => engineStates.get(active));
    expect(printed).toContainEqual(
      expect.stringMatching(new RegExp(`^${active} .*ended by SIGKILL; starting it again`)),
    );
  });

  it("ends all at one Ctrl-C, cleanly and with nothing left listening", async () => {
    const ended = once(stack, "exit");
    stack.kill("SIGINT");
    const [code] = await ended;
    expect(printed.at(-1)).toMatch(/stopped$/);
    expect(code).toBe(0);
    for (const url of urls()) await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
