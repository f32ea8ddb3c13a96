import type { ApiServices, App, AppContext } from "../../context.ts";
import { problem, problemResponse } from "../../problem.ts";
import { type ConsoleAsset, consoleAssets } from "./assets.ts";

/**
 * The trading console: `/` and the files that it loads. It is a client of the public API like any other; the
 * server tells it only its own version and whether anybody may be anybody (dev tokens).
 */

/** No inline script or style, no eval, no other host. The stream is on the page's own host and port. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_EACH_TIME = "no-cache";

export function mountConsole(app: App, { settings }: Pick<ApiServices, "settings">): void {
  app.get("/", (context) => {
    const { page, pageTag } = consoleAssets();
    const headers = { etag: pageTag, "cache-control": ASK_EACH_TIME, "content-security-policy": POLICY };
    if (context.req.header("if-none-match") === pageTag) return context.body(null, 304, headers);
    return context.html(page, 200, headers);
  });
  // Only a dev token has a user to offer: its name is what comes after `dev:`.
  const facts = { version: settings.version, devUser: settings.docsToken.replace(/^dev:/, "") || null };
  app.get("/console/settings.json", (context) => context.json(facts, 200, { "cache-control": "no-store" }));
  app.get("/favicon.ico", (context) => context.redirect(`/console/${consoleAssets().version}/icon.svg`, 302));
  app.get("/console/:version/:file{.+}", (context) => {
    const { version, files } = consoleAssets();
    const asset = context.req.param("version") === version ? files.get(context.req.param("file")) : undefined;
    return asset === undefined ? problemResponse(problem("NOT_FOUND")) : send(context, asset, `"${version}"`);
  });
}

function send(context: AppContext, asset: ConsoleAsset, tag: string): Response {
  const headers: Record<string, string> = {
    "content-type": asset.type,
    "cache-control": FOR_EVER,
    vary: "accept-encoding",
    etag: tag,
  };
  if (context.req.header("if-none-match") === tag) return context.body(null, 304, headers);
  const takesBrotli = /\bbr\b/.test(context.req.header("accept-encoding") ?? "");
  const compressed = takesBrotli ? asset.compressed() : null;
  if (compressed === null) return context.body(asset.bytes, 200, headers);
  return context.body(compressed, 200, { ...headers, "content-encoding": "br" });
}
