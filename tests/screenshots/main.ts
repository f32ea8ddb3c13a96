/**
 * `npm run screenshots`: pictures of the console for the documents, of a real browser before a real engine:
 * an empty market, then the demonstration's, as somebody trades in it. Takes about two minutes.
 */
import { join } from "node:path";
import process from "node:process";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { ApiClient } from "../../infra/tools/api-client/client.ts";
import { DemoSession } from "../../infra/tools/demo/session.ts";
import { startBrowser } from "../support/browser.ts";
import { type ConsoleOptions, type ConsolePage, openConsole } from "../support/console-page.ts";
import { dataFolder, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";

/** Seconds of trading to be seen in the chart. */
const CANDLES = 80;
const CANDLES_WITHIN_MS = 240_000;
const SEED = 7;

const folder = dataFolder();
const [engine, browser] = await Promise.all([startEmbedded("deno", folder.directory), startBrowser()]);
try {
  await picture("console-empty", {}, async ({ page }) => {
    await page.getByText("The book is empty.").waitFor();
    await page.getByText("No trade yet: the first one").waitFor();
    await page.getByText("No trade yet.", { exact: true }).waitFor();
  });

  const session = new DemoSession(new ApiClient({ urls: [engine.origin], token: "dev:demo" }), SEED);
  const pairs = await session.begin();
  // They trade until the engine ends below.
  for (const goOn of pairs) goOn().catch(() => undefined);
  const alice = new HttpCaller(engine.origin, "alice");
  await waitFor(`${CANDLES} seconds of trading`, CANDLES_WITHIN_MS, async () => {
    const { body } = await alice.get("/markets/BTC-USDT/candles?interval=1s&limit=500");
    return body.candles.filter((candle: Json) => candle.trades > 0).length >= CANDLES ? true : undefined;
  });
  await trade(alice);

  await picture("console", {}, living);
  await picture("console-light", { colorScheme: "light" }, living);
  await picture("console-depth", {}, async (opened) => {
    await living(opened);
    await opened.page.keyboard.press("c");
    await opened.page.locator(".depth-chart .area.ask").waitFor();
  });
  await picture("console-refused", {}, async (opened) => {
    await living(opened);
    const { page } = opened;
    await page.locator(".kind label[data-value=STOP_LIMIT]").click();
    await page.locator("#ticket-stopPrice").fill("70000.005");
    await page.locator("#ticket-price").fill("70010.00");
    await page.locator("#ticket-quantity").fill("0.5");
    await page.getByTestId("submit").click();
    await page.getByTestId("problem").waitFor();
  });
  await picture("console-small", { width: 390, height: 844 }, living);
  await picture("console-small-ticket", { width: 390, height: 844 }, async (opened) => {
    await opened.live();
    await opened.page.locator("#tabs").getByRole("button", { name: "Trade", exact: true }).click();
  });
} finally {
  await browser.close();
  await engine.stop();
  folder.remove();
}
// The traders' last requests would be tried again for a while.
process.exit(0);

/** Some orders that stay and some that trade. */
async function trade(alice: HttpCaller): Promise<void> {
  const { body } = await alice.get("/markets/BTC-USDT/depth?limit=1");
  const whole = Number.parseInt(body.bids[0].price, 10);
  const at = (distance: number) => `${whole + distance}.00`;
  await alice.place("BUY", "0.25", at(10), { timeInForce: "IOC" });
  await alice.place("BUY", "0.4", at(-14), { displayQuantity: "0.1" });
  await alice.place("SELL", "0.2", at(16), { postOnly: true });
  await alice.call("POST", "/orders", {
    symbol: "BTC/USDT",
    side: "SELL",
    type: "STOP_LIMIT",
    stopPrice: at(-400),
    price: at(-410),
    quantity: "0.25",
  });
  await alice.call("POST", "/orders", {
    symbol: "ETH/USDT",
    side: "SELL",
    type: "TRAILING_STOP",
    trailingDelta: 150,
    quantity: "2",
  });
}

async function living({ page, live }: ConsolePage): Promise<void> {
  await live();
  await page.locator(".legend").waitFor();
  await page.locator("#tape li").nth(20).waitFor({ state: "attached" });
}

async function picture(
  name: string,
  options: ConsoleOptions,
  show: (opened: ConsolePage) => Promise<void>,
): Promise<void> {
  const opened = await openConsole(browser, engine.origin, options);
  await show(opened);
  // Fonts and the chart's first drawing belong to the picture.
  await opened.page.evaluate(
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))",
  );
  const path = join(inRoot("docs/images"), `${name}.png`);
  await opened.page.screenshot({ path });
  await opened.close();
  console.log(path);
}
