import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../context.ts";

/** A browser asks again whether it may after this, seconds. */
const ASKED_EVERY_S = 600;

/**
 * Lets pages of these origins call the API (Fetch, "CORS protocol"). No cookies are used, so none are
 * let through; a page needs a token like everybody else.
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "X-API-Key",
      "X-Nonce",
      "X-Request-Id",
      "X-Signature",
      "X-Timestamp",
    ],
    exposeHeaders: [
      "Idempotency-Replayed",
      "Location",
      "RateLimit-Limit",
      "RateLimit-Policy",
      "RateLimit-Remaining",
      "RateLimit-Reset",
      "Retry-After",
      "X-Request-Id",
    ],
    maxAge: ASKED_EVERY_S,
  });
}
