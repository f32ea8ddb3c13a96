import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, type StackApi, type StackEngine, startStack } from "../../infra/dev/stack/stack.ts";
import { dataFolder } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { RECORDED_DAY, recordedPart } from "../support/order-flow/flow-part.ts";
import { sharedIsThere, sharedPath } from "../support/shared-files.ts";
import { runTool } from "../support/tool-run.ts";

/** Replay and scenarios against the stack, each request through another of its two API processes. */

const files = dataFolder();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    apis: 2,
    engines: 2,
    group: "main",
    runtime: "deno",
    durable: true,
    logFormat: "json",
    onLine: () => undefined,
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  await stack.stop();
  files.remove();
});

const throughBoth = (option: "--url" | "--http") => stack.apis.flatMap(({ url }) => [option, url]);

describe.runIf(sharedIsThere(RECORDED_DAY))("the recorded hour of AAPL", () => {
  test("a part of it through both APIs makes exactly the recorded trades and book", async () => {
    const part = await recordedPart(4_000, files.directory);
    const symbol = ["--symbol", "AAPL/USD", "--create-symbol", "--tick", "0.01", "--lot", "1"];
    const expected = ["--expect-trades", part.trades, "--expect-book", part.book];
    const args = [part.commands, ...throughBoth("--url"), ...symbol, ...expected];
    const { code, stdout, stderr } = await runTool("replay", args);
    expect(stdout, stderr).toContain(`trades: all ${part.tradeCount} as expected\nfinal book: all `);
    expect(code).toBe(0);
  });

  test("killing both engines and an API process on the way changes nothing in the result", async () => {
    const part = await recordedPart(8_000, files.directory);
    const [api1, api2] = stack.apis as readonly [StackApi, StackApi];
    const [engine1, engine2] = stack.engines as readonly [StackEngine, StackEngine];
    const symbol = ["--symbol", "KILLED/USD", "--create-symbol", "--tick", "0.01", "--lot", "1"];
    const expected = ["--expect-trades", part.trades, "--expect-book", part.book, "--batch", "20"];
    const replay = runTool("replay", [part.commands, ...throughBoth("--url"), ...symbol, ...expected]);
    const startedAt = await untilSequence(api2.url, 1);
    for (const [share, member] of [
      [0.2, engine1],
      [0.4, api1],
      [0.6, engine2],
    ] as const) {
      await untilSequence(api2.url, startedAt + share * 8_000);
      member.signal("SIGKILL");
    }
    const { code, stdout, stderr } = await replay;
    expect(stdout, stderr).toContain(`trades: all ${part.tradeCount} as expected\nfinal book: all `);
    expect(code).toBe(0);
  });
});

/** Waits until the replayed book has got so far in its group's history; tells how far it is. */
async function untilSequence(url: string, sequence: number): Promise<number> {
  const deadline = performance.now() + 90_000;
  for (;;) {
    const { body } = await new HttpCaller(url, "onlooker").get("/markets/KILLED-USD/depth?limit=1");
    if (body.sequence >= sequence) return body.sequence;
    if (performance.now() > deadline) throw new Error(`the replay does not get to ${sequence}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.runIf(sharedIsThere("scenarios"))("other engines' own scenarios", () => {
  test("exchange-core.jsonl passes through both APIs", async () => {
    const args = [sharedPath("scenarios/exchange-core.jsonl"), ...throughBoth("--http"), "--strict"];
    const { code, stdout, stderr } = await runTool("scenarios", args);
    expect(stdout, stderr).toContain("30 passed, 0 failed");
    expect(code).toBe(0);
  });
});
