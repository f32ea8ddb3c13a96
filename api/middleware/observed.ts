import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppContext, AppEnv } from "../context.ts";
import type { ApiObserver, ApiTracer } from "../observer.ts";

/** Measures every request by the route that it matched, and follows it where traces are on. */
export function observed(observer: ApiObserver, tracer: ApiTracer | null): MiddlewareHandler<AppEnv> {
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
      observer.requestAnswered(method, routeOf(context), context.res.status, performance.now() - startedAt);
    }
  };
}

/** The pattern of the innermost route; what only middleware for everything matched is nobody's. */
function routeOf(context: AppContext): string {
  const path = matchedRoutes(context).at(-1)?.path ?? "/*";
  return path.endsWith("/*") ? "none" : path;
}
