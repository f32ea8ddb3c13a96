import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, type StackApi, type StackEngine, startStack } from "../../infra/dev/stack/stack.ts";
import { commandBlocks } from "../support/document-commands.ts";
import { dataFolder } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { RECORDED_DAY, recordedPart } from "../support/order-flow/flow-part.ts";
import { runBlock } from "../support/run-document.ts";
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

describe("an operator's commands", () => {
  /** The settings that processes of their own have, as .env.example names them. */
  const env = (): Record<string, string> => ({
    POSTGRES_URL: stack.postgres.url,
    REDIS_URL: stack.redis.url,
    RABBITMQ_URL: stack.rabbitmq.url,
  });

  test.each(
    commandBlocks()
      .filter(({ needs }) => needs === "stack")
      .map((block) => [`${block.document}:${block.line}`, block] as const),
  )("%s does what it says", async (_place, block) => {
    const { code, output } = await runBlock(block, { env: env(), replace: [] });
    expect(code, output).toBe(0);
    expect(output).toContain("All services are as they should be.");
    expect(output).toContain("Everything holds");
  });

  test("health asks every process that it is told of, and fails when one is not there", async () => {
    const urls = stack.apis.map(({ url }) => url);
    const well = await runTool("health", urls);
    expect(well.stdout, well.stderr).toMatch(/ok, version \S+; ready, database ok, redis ok, rabbitmq ok/);
    expect(well.code).toBe(0);
    const ill = await runTool("health", [...urls, "http://127.0.0.1:1"]);
    expect(ill.stdout).toContain("http://127.0.0.1:1  does not answer");
    expect(ill.code).toBe(1);
  });

  test("verify names what is wrong and where, without a secret", async () => {
    const wrong = new URL(stack.postgres.url);
    wrong.password = "not-it";
    const { code, stdout } = await runTool("verify", [], { ...env(), POSTGRES_URL: wrong.href });
    expect(stdout).toMatch(
      /^WRONG {3}PostgreSQL {2}cannot be used at \S+: wrong user or password \(28P01\)$/m,
    );
    expect(stdout).not.toContain("not-it");
    expect(code).toBe(1);
  });

  test("the services' shells are at the configured addresses, or say what is missing in one line", async () => {
    const database = await runTool("db:shell", ["-Atc", "select count(*) from engine_groups"], env());
    if (database.code === 0) expect(database.stdout.trim()).toBe("1");
    else expect(database.stderr).toMatch(/^psql is not on this machine: .+\n$/);
    const redis = await runTool("redis:shell", ["ping"], env());
    if (redis.code === 0) expect(redis.stdout.trim()).toBe("PONG");
    else expect(redis.stderr).toMatch(/^redis-cli is not on this machine: .+\n$/);
    const pool = await runTool("db:shell:pgbouncer", [], env());
    expect(pool.stderr).toBe("No PgBouncer is configured: database.transaction_pool is false.\n");
  });
});

describe.runIf(sharedIsThere("scenarios"))("other engines' own scenarios", () => {
  test("exchange-core.jsonl passes through both APIs", async () => {
    const args = [sharedPath("scenarios/exchange-core.jsonl"), ...throughBoth("--http"), "--strict"];
    const { code, stdout, stderr } = await runTool("scenarios", args);
    expect(stdout, stderr).toContain("30 passed, 0 failed");
    expect(code).toBe(0);
  });
});
