import type { NotFoundHandler } from "hono";
import type { App, AppEnv } from "./context.ts";
import { problem, problemResponse } from "./problem.ts";

/** Tells an address that there is not from one that does not take the method, and answers OPTIONS. */
export function notFoundHandler(app: App): NotFoundHandler<AppEnv> {
  const addresses = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  for (const { method, path } of app.routes) {
    if (method === "ALL") continue;
    const known = addresses.get(path);
    if (known !== undefined) known.methods.add(method);
    else addresses.set(path, { pattern: patternOf(path), methods: new Set([method]) });
  }
  return (context) => {
    const { path, method } = context.req;
    const methods = new Set<string>();
    for (const address of addresses.values()) {
      if (address.pattern.test(path)) for (const one of address.methods) methods.add(one);
    }
    if (methods.size === 0) return problemResponse(problem("NOT_FOUND"));
    if (methods.has("GET")) methods.add("HEAD");
    const allow = [...methods, "OPTIONS"].sort().join(", ");
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    return problemResponse(problem("METHOD_NOT_ALLOWED", { detail: `takes ${allow}` }), { allow });
  };
}

/** `/orders/:orderId` → what matches it. */
function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => (part.startsWith(":") ? "[^/]+" : escapeForPattern(part)));
  return new RegExp(`^${parts.join("/")}$`);
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
