import type { MiddlewareHandler } from "hono";
import { presentedBy } from "../auth/presented-request.ts";
import type { Principal } from "../auth/principal.ts";
import type { ApiServices, AppContext, AppEnv } from "../context.ts";
import { costOf } from "../limits/rate-class.ts";

/**
 * Names the caller and counts the request, by one call of the shared counter. A request that shows no
 * credential goes on as nobody: public routes take it, others refuse it by `requireScope`. One whose
 * credential does not count is counted by its address all the same.
 */
export function admission({
  authentication,
  limits,
  settings,
}: Pick<ApiServices, "authentication" | "limits" | "settings">): MiddlewareHandler<AppEnv> {
  const identify = (context: AppContext): Promise<Principal | null> =>
    authentication.identify(presentedBy(context, settings.batchBody));
  return async (context, next) => {
    const address = context.get("address");
    limits.refuseKnown(address);
    const { kind, cost } = costOf(context.req.method, context.req.path);
    let principal: Principal | null;
    try {
      principal = await identify(context);
    } catch (error) {
      await limits.admit(address, null, kind, cost);
      throw error;
    }
    context.set("principal", principal);
    const headers = await limits.admit(address, principal, kind, cost);
    context.set("rateHeaders", headers);
    await next();
    for (const [name, value] of Object.entries(context.get("rateHeaders"))) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  };
}
