import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";

/** Swagger UI in a real browser. */

const folder = dataFolder();
let run: EmbeddedRun;
let browser: Browser;

beforeAll(async () => {
  [run, browser] = await Promise.all([startEmbedded("deno", folder.directory), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await run?.stop();
  folder.remove();
});

/** A page, every address that it asks for, and everything that it complains of. */
async function open(path: string): Promise<{ page: Page; asked: string[]; complaints: string[] }> {
  const page = await browser.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.goto(`${run.origin}${path}`);
  return { page, asked, complaints };
}

test("/docs asks no other host, and its 'Try it out' places an order", async () => {
  const { page, asked, complaints } = await open("/docs");
  const operation = page.locator("#operations-orders-placeOrder");
  await operation.locator(".opblock-summary-control").click();
  await operation.locator(".try-out__btn").click();
  await operation.locator(".execute").click();
  const status = operation.locator(".live-responses-table tbody .response-col_status").first();
  await status.waitFor();
  expect((await status.textContent())?.trim()).toMatch(/^201/);
  const { body } = await new HttpCaller(run.origin, "alice").get("/orders");
  expect(body.orders).toMatchObject([{ symbol: "BTC/USDT", side: "BUY", price: "50000.00", status: "OPEN" }]);

  const elsewhere = asked.filter((url) => !url.startsWith(`${run.origin}/`) && !url.startsWith("data:"));
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("pages of other sites reach nothing, by their origin or by a name that leads here", async () => {
  const port = new URL(run.origin).port;
  const fromElsewhere = await fetch(`${run.origin}/api/v1/orders`, {
    method: "POST",
    headers: {
      origin: "https://evil.example",
      authorization: "Bearer dev:alice",
      "content-type": "application/json",
    },
    body: "{}",
  });
  expect([fromElsewhere.status, ((await fromElsewhere.json()) as { code: string }).code]).toEqual([
    403,
    "ORIGIN_NOT_ALLOWED",
  ]);
  const { request } = await import("node:http");
  const status = await new Promise<number>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/api/v1/symbols", headers: { host: `evil.example:${port}` } })
      .once("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .once("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
