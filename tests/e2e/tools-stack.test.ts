import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../infra/dev/stack/stack.ts";
import { dataFolder } from "../support/embedded-engine.ts";
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
});

describe.runIf(sharedIsThere("scenarios"))("other engines' own scenarios", () => {
  test("exchange-core.jsonl passes through both APIs", async () => {
    const args = [sharedPath("scenarios/exchange-core.jsonl"), ...throughBoth("--http"), "--strict"];
    const { code, stdout } = await runTool("scenarios", args);
    expect(stdout).toContain("30 passed, 0 failed");
    expect(code).toBe(0);
  });
});
