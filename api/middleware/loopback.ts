import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { ProblemError } from "../problem.ts";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * For a server on this machine's own address with dev tokens: a page of another site must not reach
 * it, neither by a cross-origin request (Origin) nor by a name that it points at 127.0.0.1 (Host).
 */
export function loopbackOnly(): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const host = context.req.header("host");
    if (host !== undefined && !isLoopback(`http://${host}`)) throw new ProblemError("HOST_NOT_ALLOWED");
    const origin = context.req.header("origin");
    if (origin !== undefined && !isLoopback(origin)) throw new ProblemError("ORIGIN_NOT_ALLOWED");
    await next();
  };
}

function isLoopback(address: string): boolean {
  return URL.canParse(address) && LOOPBACK_NAMES.has(new URL(address).hostname);
}
