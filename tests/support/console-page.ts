import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

/** The console in a real browser, as somebody has it before them. */
export interface ConsolePage {
  readonly page: Page;
  /** Waits until the book follows the stream. */
  live(): Promise<void>;
  /** Everything asked of another host, and everything that the page complained of. */
  faults(): { readonly elsewhere: readonly string[]; readonly complaints: readonly string[] };
  /** What axe-core finds against what is shown: rule and the elements. */
  barriers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface ConsoleOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "dark" | "light";
  /** A dev user other than the one that is there at once. */
  readonly user?: string;
  readonly path?: string;
}

/** An answer of the API above 399, and a lost connection, are the browser's own lines: not faults of the page. */
const OF_THE_NETWORK = /^Failed to load resource|WebSocket connection to/;
const LIVE_WITHIN_MS = 20_000;

/** Opens it in a browser context of its own, with nothing stored. */
export async function openConsole(
  browser: Browser,
  origin: string,
  options: ConsoleOptions = {},
): Promise<ConsolePage> {
  const { width = 1440, height = 900, colorScheme = "dark" } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  if (options.user !== undefined) await storeToken(context, `dev:${options.user}`);
  const page = await context.newPage();
  page.setDefaultTimeout(LIVE_WITHIN_MS);
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  const host = new URL(origin).host;
  const asked = (url: string) => {
    if (!url.startsWith("data:") && new URL(url).host !== host) elsewhere.push(url);
  };
  page.on("request", (request) => asked(request.url()));
  page.on("websocket", (socket) => asked(socket.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const isBad = message.type() === "error" || message.type() === "warning";
    if (isBad && !OF_THE_NETWORK.test(message.text())) complaints.push(message.text());
  });
  // Chromium gives up what it loads when the machine gets another network interface, as it does beside other tests.
  let isCutOff = true;
  page.on("requestfailed", (request) => {
    isCutOff ||= request.failure()?.errorText === "net::ERR_NETWORK_CHANGED";
  });
  for (let attempt = 0; isCutOff && attempt < 5; attempt += 1) {
    isCutOff = false;
    await page.goto(`${origin}${options.path ?? "/"}`);
  }
  return {
    page,
    live: () => page.getByTestId("feed").filter({ hasText: "Live" }).waitFor(),
    faults: () => ({ elsewhere, complaints }),
    async barriers() {
      // By way of the debugger: the page's own policy lets no script in that is not its own.
      await page.evaluate(axe.source);
      const found = await page.evaluate("axe.run({ resultTypes: ['violations'] })");
      const { violations } = found as {
        violations: readonly { id: string; nodes: readonly { html: string }[] }[];
      };
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
      );
    },
    close: () => context.close(),
  };
}

/** The console keeps a token for as long as a tab lives. */
async function storeToken(context: BrowserContext, token: string): Promise<void> {
  await context.addInitScript(`sessionStorage.setItem("trade-engine.token", ${JSON.stringify(token)})`);
}

/** Nothing was asked of anybody else, and nothing went wrong in the page. */
export function expectNoFaults(opened: ConsolePage): void {
  expect(opened.faults()).toEqual({ elsewhere: [], complaints: [] });
}
