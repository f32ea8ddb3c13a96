import type { MiddlewareHandler } from "hono";
import { presentedBy } from "../auth/presented-request.ts";
import type { ApiServices, AppEnv } from "../context.ts";
import { rawBody } from "./raw-body.ts";

/**
 * Puts each call of an operator on record: before it is carried out, without which it is not (503), and
 * with what was answered. Who lacks the scope is refused by the route, and only logged.
 */
export function audit(
  services: Pick<ApiServices, "adminAudit" | "logger" | "settings">,
): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const principal = context.get("principal");
    const { method, target, address } = presentedBy(context, services.settings.body);
    const requestId = context.get("requestId");
    if (principal === null || !principal.scopes.has("admin")) {
      services.logger.warn(
        { requestId, userId: principal?.userId ?? null, method, address },
        "not an operator",
      );
      return next();
    }
    const body = await rawBody(context, services.settings.body);
    const call = {
      requestId,
      userId: principal.userId,
      keyId: principal.keyId,
      address,
      method,
      target,
      body: body.length === 0 ? null : textOf(body),
    };
    await services.adminAudit.append({ ...call, status: null });
    await next();
    const { status } = context.res;
    services.logger.info(
      { requestId, userId: principal.userId, method, target, status },
      "an operator's call",
    );
    await services.adminAudit
      .append({ ...call, body: null, status })
      .catch(() => services.logger.error({ requestId }, "what an operator was answered is not on record"));
    return undefined;
  };
}

/** PostgreSQL's text holds no NUL. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").replaceAll("\0", "\ufffd");
}
