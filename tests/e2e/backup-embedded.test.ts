import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { dataFolder, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";
import { runTool } from "../support/tool-run.ts";

/** An operator's afternoon: a backup while orders come in, a restore somewhere else, and on with trading there. */

const files = dataFolder();

afterAll(() => files.remove());

it("a backup taken while trading runs is restored elsewhere, audited, and traded on", async () => {
  const [first, second, backups] = ["first", "second", "backups"].map((name) =>
    join(files.directory, name),
  ) as [string, string, string];
  mkdirSync(backups);
  const running = await startEmbedded("deno", first);
  const alice = new HttpCaller(running.origin, "alice");
  const placed: Json[] = [];
  let isOver = false;
  const trading = (async () => {
    for (let i = 0; !isOver; i++) {
      const { body } = await alice.place(i % 2 === 0 ? "SELL" : "BUY", "0.01", `${50_000 + (i % 40)}.00`);
      placed.push(body);
    }
  })();
  await waitFor("some orders", 30_000, () => placed.length > 50 || undefined);
  const before = placed.length;
  const made = await runTool("backup", ["--to", backups], { TRADE_ENGINE_DATA_DIRECTORY: first });
  expect(made, made.stderr).toMatchObject({ code: 0 });
  const after = placed.length;
  expect(after).toBeGreaterThan(before); // it held nobody up
  await waitFor("more orders", 30_000, () => placed.length > after + 20 || undefined);
  isOver = true;
  await trading;
  expect(await running.stop()).toBe(0);

  const [file = ""] = readdirSync(backups);
  const from = join(backups, file);
  const restored = await runTool("restore", ["--from", from, "--data-directory", second]);
  expect(restored, restored.stderr).toMatchObject({ code: 0 });
  expect(restored.stdout).toMatch(/group main: goes on behind sequence \d+, on timeline /);

  const again = await startEmbedded("deno", second);
  const audit = await runTool("audit", [], { TRADE_ENGINE_DATA_DIRECTORY: second });
  expect(audit.stdout, audit.stderr).toContain("Everything holds");
  const there = new HttpCaller(again.origin, "alice");
  // Everything that was acknowledged before the backup began is in it.
  for (const { orderId } of placed.slice(0, before)) {
    expect((await there.get(`/orders/${orderId}`)).status).toBe(200);
  }
  expect((await there.get(`/orders/${placed.at(-1).orderId}`)).status).toBe(404);
  const order = await there.place("SELL", "0.01", "70000.00");
  expect(order).toMatchObject({ status: 201, body: { status: "OPEN" } });
  expect(await again.stop()).toBe(0);

  const twice = await runTool("restore", ["--from", from, "--data-directory", second]);
  expect(twice.code).toBe(1);
  expect(twice.stderr).toMatch(/^Not restored: the database is not empty: engine_groups has rows/);
});
