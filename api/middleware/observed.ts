import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { ApiServices, AppContext, AppEnv } from "../context.ts";

/**
 * Measures every request by the route that it matched, follows it where traces are on, and logs it where the log's
 * level is debug.
 */
export function observed({
  observer,
  tracer,
  logger,
}: Pick<ApiServices, "observer" | "tracer" | "logger">): MiddlewareHandler<AppEnv> {
  const logs = logger.isLevelEnabled?.("debug") === true;
  return async (context, next) => {
    const startedAt = performance.now();
    const { method } = context.req;
    observer.requestBegan();
    const answer = async () => {
      await next();
      return { route: routeOf(context), status: context.res.status, requestId: context.get("requestId") };
    };
    try {
      if (tracer === null) await answer();
      else await tracer.request(method, context.req.header("traceparent"), answer);
    } finally {
      const tookMs = performance.now() - startedAt;
      const { status } = context.res;
      observer.requestAnswered(method, routeOf(context), status, tookMs);
      if (logs) logger.debug({ ...factsOf(context), method, status, tookMs }, "answered");
    }
  };
}

/** The pattern of the innermost route; what only middleware for everything matched is nobody's. */
function routeOf(context: AppContext): string {
  const path = matchedRoutes(context).at(-1)?.path ?? "/*";
  return path.endsWith("/*") ? "none" : path;
}

/** What the log says of a request: never its body, its query or its headers. */
function factsOf(context: AppContext): object {
  const made = context.res.headers.get("location")?.split("/orders/")[1];
  const orderId = made ?? context.req.param("orderId");
  return {
    requestId: context.get("requestId"),
    route: routeOf(context),
    ...(orderId !== undefined && { orderId }),
  };
}
