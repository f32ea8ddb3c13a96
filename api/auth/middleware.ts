import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../context.ts";
import type { BodyLimits } from "../middleware/raw-body.ts";
import { ProblemError } from "../problem.ts";
import type { Authentication } from "./authentication.ts";
import { CHALLENGE } from "./dev-tokens.ts";
import { presentedBy } from "./presented-request.ts";
import type { Principal, Scope } from "./principal.ts";

/**
 * Names the caller. A request that shows nothing goes on as nobody: public routes take it, others
 * refuse it by `caller`.
 */
export function authentication(all: Authentication, limits: BodyLimits): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    context.set("principal", await all.identify(presentedBy(context, limits)));
    await next();
  };
}

/** Route middleware: refuses who is nobody (401) or lacks the scope (403). */
export function requireScope(scope: Scope): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const principal = context.get("principal");
    if (principal === null) throw new ProblemError("UNAUTHENTICATED", {}, CHALLENGE);
    if (!principal.scopes.has(scope)) throw new ProblemError("FORBIDDEN", { detail: `needs scope ${scope}` });
    await next();
  };
}

/** The caller of a route behind `requireScope`. */
export function caller(context: AppContext): Principal {
  const principal = context.get("principal");
  if (principal === null) throw new ProblemError("UNAUTHENTICATED", {}, CHALLENGE);
  return principal;
}
