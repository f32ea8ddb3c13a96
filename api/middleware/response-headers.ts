import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** For answers that are data: nothing in them is ever run or framed. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * Gives each request an id (the caller's own `X-Request-Id` where it is a plain one) and each answer
 * the headers that keep browsers from guessing.
 */
export function responseHeaders(newId: () => string): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const given = context.req.header("x-request-id");
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId();
    context.set("requestId", requestId);
    await next();
    const { headers } = context.res;
    headers.set("x-request-id", requestId);
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    headers.set("x-frame-options", "DENY");
    if (!headers.has("content-security-policy")) headers.set("content-security-policy", DATA_POLICY);
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  };
}
