import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../context.ts";
import { ProblemError } from "../problem.ts";
import { CHALLENGE } from "./dev-tokens.ts";
import type { Principal, Scope } from "./principal.ts";

/** Route middleware: refuses who is nobody (401) or lacks the scope (403). */
export function requireScope(scope: Scope): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const principal = context.get("principal");
    if (principal === null) throw new ProblemError("UNAUTHENTICATED", {}, CHALLENGE);
    if (!principal.scopes.has(scope)) throw new ProblemError("FORBIDDEN", { detail: `needs scope ${scope}` });
    await next();
  };
}

/** Route middleware: refuses API keys (403). */
export const requireToken: MiddlewareHandler<AppEnv> = async (context, next) => {
  if (caller(context).keyId !== null) throw new ProblemError("TOKEN_REQUIRED");
  await next();
};

/** The caller of a route behind `requireScope`. */
export function caller(context: AppContext): Principal {
  const principal = context.get("principal");
  if (principal === null) throw new ProblemError("UNAUTHENTICATED", {}, CHALLENGE);
  return principal;
}
