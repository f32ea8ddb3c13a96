import { generateKeyPairSync } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts } from "../../infra/embedded/free-ports.ts";
import { startBrowser } from "../support/browser.ts";
import { type ConsolePage, expectNoFaults, openConsole } from "../support/console-page.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";

/** The trading console in a real browser, against the engine that `npm start` is. */

const folder = dataFolder();
let port: string;
let run: EmbeddedRun;
let browser: Browser;
let bob: HttpCaller;
let alice: HttpCaller;

const start = () => startEmbedded("deno", folder.directory, { TRADE_ENGINE_SERVER_HTTP_PORT: port });

beforeAll(async () => {
  port = String((await freePorts(1))[0]);
  [run, browser] = await Promise.all([start(), startBrowser()]);
  bob = new HttpCaller(run.origin, "bob");
  alice = bob.as("alice");
});

afterAll(async () => {
  await browser?.close();
  await run?.stop();
  folder.remove();
});

async function opened(
  options: Parameters<typeof openConsole>[2],
  look: (console: ConsolePage) => Promise<void>,
) {
  const console = await openConsole(browser, run.origin, options);
  await console.live();
  await look(console);
  expectNoFaults(console);
  await console.close();
}

const submit = (page: Page) => page.getByTestId("submit").click();
const openRows = (page: Page) => page.locator("#ledger tbody tr");
const pickKind = (page: Page, kind: string) => page.locator(`.kind label[data-value=${kind}]`).click();

async function enter(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(fields)) {
    const field = page.locator(`#ticket-${name}`);
    if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(text);
    else await field.fill(text);
  }
}

test("is served with a policy that lets in nothing foreign, and with files that are cached for ever", async () => {
  const page = await fetch(`${run.origin}/`);
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const etag = page.headers.get("etag") ?? "";
  expect((await fetch(`${run.origin}/`, { headers: { "if-none-match": etag } })).status).toBe(304);
  const script = /src="([^"]+main\.js)"/.exec(await page.text())?.[1];
  const file = await fetch(`${run.origin}${script}`);
  expect([file.status, file.headers.get("content-type"), file.headers.get("cache-control")]).toEqual([
    200,
    "text/javascript; charset=utf-8",
    "public, max-age=31536000, immutable",
  ]);
  expect((await fetch(`${run.origin}/console/0000000000000000/main.js`)).status).toBe(404);
});

test("an empty market says what is missing, in both themes, and has no barrier that axe finds", async () => {
  for (const colorScheme of ["dark", "light"] as const) {
    await opened({ colorScheme, path: "/" }, async ({ page, barriers }) => {
      await page.getByText("The book is empty.").waitFor();
      await page.getByText("No trade yet: the first one").waitFor();
      await page.getByText("No open orders.").waitFor();
      expect(await page.locator("html").getAttribute("data-theme")).toBe(colorScheme);
      expect(await barriers()).toEqual([]);
    });
  }
});

test("a living market shows in book, trades, chart and figures as it happens", async () => {
  await opened({}, async ({ page, barriers }) => {
    await bob.place("SELL", "2", "50010.00");
    await bob.place("BUY", "3", "49990.00");
    await page.locator(".level.ask", { hasText: "50,010.00" }).waitFor();
    await page.locator(".level.bid", { hasText: "49,990.00" }).waitFor();
    await bob.as("carol").place("BUY", "0.5", "50010.00");
    await page.locator("#tape li.up", { hasText: "50,010.00" }).waitFor();
    await page.getByTestId("last-price").filter({ hasText: "50,010.00" }).waitFor();
    await page.locator(".level.ask", { hasText: "1.50000" }).waitFor();
    await page.locator(".legend", { hasText: "50,010.00" }).waitFor();
    await page.keyboard.press("c");
    await page.locator(".depth-chart .area.bid").waitFor();
    expect(await barriers()).toEqual([]);
  });
});

/** What is typed, and what the API then knows of the order. */
const ORDERS: readonly (readonly [kind: string, fields: Record<string, string>, order: object])[] = [
  [
    "LIMIT",
    { price: "49000", quantity: "0.2", displayQuantity: "0.1", timeInForce: "DAY" },
    { type: "LIMIT", status: "OPEN", timeInForce: "DAY", displayQuantity: "0.10000000" },
  ],
  ["MARKET", { quantity: "0.01" }, { type: "MARKET", status: "FILLED", quantity: "0.01000000" }],
  [
    "STOP",
    { stopPrice: "52000", quantity: "0.1" },
    { type: "STOP", status: "PENDING", stopPrice: "52000.00" },
  ],
  [
    "STOP_LIMIT",
    { stopPrice: "52000", price: "52100", quantity: "0.1", selfTradePrevention: "DECREMENT" },
    { type: "STOP_LIMIT", price: "52100.00", selfTradePrevention: "DECREMENT" },
  ],
  ["TRAILING_STOP", { trailingDelta: "150", quantity: "0.1" }, { type: "TRAILING_STOP", trailingDelta: 150 }],
];

test("each type of order can be placed, with its instructions", async () => {
  await opened({}, async ({ page }) => {
    for (const [kind, fields, expected] of ORDERS) {
      await pickKind(page, kind);
      await enter(page, fields);
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await submit(page);
      expect([kind, (await answered).status()]).toEqual([kind, 201]);
      expect((await alice.get("/orders?limit=1")).body.orders[0]).toMatchObject({ side: "BUY", ...expected });
    }
    await pickKind(page, "MARKET");
    await page.getByText("By USDT").click();
    await enter(page, { quoteQuantity: "100" });
    await submit(page);
    await page.locator(".notice", { hasText: "Bought" }).first().waitFor();
    await pickKind(page, "TRAILING_STOP");
    await page.locator(".trailBy label", { hasText: "Amount" }).click();
    await enter(page, { trailingAmount: "250", activationPrice: "49500", price: "50500", quantity: "0.1" });
    await submit(page);
    await expect
      .poll(async () => (await alice.get("/orders?limit=1")).body.orders[0])
      .toMatchObject({ trailingAmount: "250.00", activationPrice: "49500.00", price: "50500.00" });
    await page.locator(".side label[data-value=SELL]").click();
    await pickKind(page, "OCO");
    await enter(page, { price: "55000", stopPrice: "45000", stopLimitPrice: "44900", quantity: "0.1" });
    await submit(page);
    await page.getByRole("cell", { name: "Limit (OCO)", exact: true }).waitFor();
    await page.getByRole("cell", { name: "Stop limit (OCO)", exact: true }).waitFor();
    await pickKind(page, "LIMIT");
    await enter(page, { price: "56000", quantity: "0.1", timeInForce: "GTD", expireAt: "2040-01-02T03:04" });
    await page.locator("label.check", { hasText: "Post only" }).click();
    await submit(page);
    await expect
      .poll(async () => (await alice.get("/orders?limit=1")).body.orders[0])
      .toMatchObject({ timeInForce: "GTD", postOnly: true, side: "SELL" });
  });
});

test("a refused order tells the server's reason, beside the field that it is about", async () => {
  await opened({}, async ({ page, barriers }) => {
    await enter(page, { price: "50000.001", quantity: "0.1" });
    await submit(page);
    await page.locator("#ticket-price[aria-invalid=true]").waitFor();
    expect(await page.locator("#ticket-price-fault").textContent()).toContain("0.01");
    await page.getByTestId("problem").filter({ hasText: "PRICE_NOT_ON_TICK" }).waitFor();
    expect(await barriers()).toEqual([]);
    await enter(page, { price: "50010.00", quantity: "0.1" });
    await page.locator("label.check", { hasText: "Post only" }).click();
    await submit(page);
    await page.getByTestId("problem").filter({ hasText: "POST_ONLY_WOULD_CROSS" }).waitFor();
    expect(await page.locator("#ticket-price").getAttribute("aria-invalid")).toBe("false");
    expect(await page.locator("#ticket-postOnly-fault").textContent()).not.toBe("");
  });
});

test("open orders are amended and cancelled, one and all", async () => {
  await opened({ user: "dora" }, async ({ page }) => {
    const dora = bob.as("dora");
    await dora.place("BUY", "1", "48000.00");
    await dora.place("BUY", "1", "48100.00");
    const row = openRows(page).filter({ hasText: "48,000.00" });
    await row.getByRole("button", { name: "Amend" }).click();
    await page.locator("#amend-price").fill("48000.005");
    await page.locator("dialog button", { hasText: "Amend" }).click();
    await page.locator("dialog [aria-invalid=true]").waitFor();
    await page.locator("#amend-price").fill("47500");
    await page.locator("dialog button", { hasText: "Amend" }).click();
    await openRows(page).filter({ hasText: "47,500.00" }).getByRole("button", { name: "Cancel" }).click();
    await openRows(page).filter({ hasText: "47,500.00" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Cancel all" }).click();
    await page.locator("dialog .danger").click();
    await page.getByText("No open orders.").waitFor();
    expect((await dora.get("/orders?status=OPEN")).body.orders).toEqual([]);
    await page.getByRole("tab", { name: "Order history" }).click();
    await openRows(page).filter({ hasText: "Cancelled" }).first().waitFor();
  });
});

test("the keyboard alone does everything", async () => {
  await opened({ user: "erin" }, async ({ page }) => {
    const { keyboard } = page;
    await keyboard.press("p");
    await page.locator("dialog input:focus").waitFor();
    await keyboard.type("eth");
    await keyboard.press("Enter");
    await page.locator(".pair-button", { hasText: "ETH/USDT" }).waitFor();
    await page.getByText("The book is empty.").waitFor();
    await keyboard.press("s");
    await page.locator("#ticket-price:focus").waitFor();
    await keyboard.type("3000");
    await keyboard.press("Shift+ArrowUp");
    await keyboard.press("Tab");
    await keyboard.type("2");
    await keyboard.press("Control+Enter");
    const row = openRows(page).filter({ hasText: "3,000.10" });
    await row.waitFor();
    await page.locator(".level.ask").waitFor();
    await keyboard.press("Escape");
    await keyboard.press("k");
    await page.locator(".level.ask:focus").waitFor();
    await keyboard.press("b");
    await page.locator("#ticket-price:focus").waitFor();
    await keyboard.press("Escape");
    await keyboard.press("o");
    await page.locator("#ledger tr:focus").waitFor();
    await keyboard.press("a");
    await page.locator("#amend-price:focus").waitFor();
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await openRows(page).filter({ hasText: "3,000.11" }).waitFor();
    await keyboard.press("o");
    await page.locator("#ledger tr:focus").waitFor();
    await keyboard.press("Delete");
    await page.getByText("No open orders.").waitFor();
    await keyboard.press("?");
    await page.locator("dialog[open]", { hasText: "Keyboard" }).waitFor();
    await keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await keyboard.press("d");
    await page.locator("html[data-theme=light]").waitFor();
  });
});

test("on a small screen each panel has the width, and none goes beyond it", async () => {
  await opened({ width: 390, height: 844 }, async ({ page, barriers }) => {
    for (const [tab, panel] of Object.entries({
      Book: "book",
      Trade: "ticket",
      Trades: "tape",
      Orders: "ledger",
      Chart: "chart",
    })) {
      await page.locator("#tabs").getByRole("button", { name: tab, exact: true }).click();
      await page.locator(`#${panel}`).waitFor({ state: "visible" });
      const widths = await page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]");
      expect([tab, widths]).toEqual([tab, [390, 390]]);
      if (panel === "ticket" || panel === "ledger") expect([tab, await barriers()]).toEqual([tab, []]);
    }
    await page.locator("#tabs").getByRole("button", { name: "Book" }).click();
    await page.locator(".level.ask").last().click();
    await page.locator("#ticket-price").waitFor({ state: "visible" });
    await expect.poll(() => page.locator("#ticket-price").inputValue(), { timeout: 10_000 }).toBe("50010.00");
  });
});

test("an API key signs in the browser, and its orders come by the stream", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { body } = await bob.as("frank").call("POST", "/api-keys", {
    name: "console",
    kind: "ED25519",
    publicKey: publicKey.export({ format: "pem", type: "spki" }),
    scopes: ["read", "trade"],
  });
  await opened({}, async ({ page }) => {
    await page.keyboard.press("l");
    await page.locator("label", { hasText: "API key" }).click();
    await page.locator("#account-keyId").fill(body.apiKey.keyId);
    await page.locator("#account-secret").fill(String(privateKey.export({ format: "pem", type: "pkcs8" })));
    await page.getByText("Remember on this device").click();
    await page.getByRole("button", { name: "Trade as this" }).click();
    await page.locator(".account", { hasText: body.apiKey.keyId.slice(-8) }).waitFor();
    await page.getByText("No open orders.").waitFor();
    await enter(page, { price: "40000", quantity: "0.5" });
    await submit(page);
    await openRows(page).filter({ hasText: "40,000.00" }).waitFor();
    await bob.as("frank").call("DELETE", "/orders");
    await page.getByText("No open orders.").waitFor();
    await page.reload();
    await page.locator(".account", { hasText: body.apiKey.keyId.slice(-8) }).waitFor();
  });
});

test("when the server comes back the console follows it again, with what happened meanwhile", async () => {
  await opened({}, async ({ page, live }) => {
    await run.kill();
    await page.getByTestId("feed").filter({ hasText: "Offline" }).waitFor();
    run = await start();
    await bob.place("SELL", "0.75", "50005.00");
    await page.locator(".level.ask", { hasText: "50,005.00" }).waitFor();
    await live();
    const { sequence } = (await bob.get("/markets/BTC-USDT/depth?limit=1")).body;
    await expect.poll(async () => Number(await page.getByTestId("sequence").textContent())).toBe(sequence);
  });
});
