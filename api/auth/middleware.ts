import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "../context.ts";
import { ProblemError } from "../problem.ts";
import { CHALLENGE } from "./dev-tokens.ts";
import type { Authenticator, Principal, Scope } from "./principal.ts";

/**
 * Names the caller by the first authenticator that recognises the request's credential. A request
 * without one goes on as nobody: public routes take it, others refuse it by `caller`.
 */
export function authentication(authenticators: readonly Authenticator[]): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    context.set("principal", await identify(authenticators, context.req.raw));
    await next();
  };
}

async function identify(
  authenticators: readonly Authenticator[],
  request: Request,
): Promise<Principal | null> {
  for (const authenticator of authenticators) {
    const principal = await authenticator.authenticate(request);
    if (principal !== null) return principal;
  }
  if (request.headers.has("authorization")) {
    throw new ProblemError("UNAUTHENTICATED", { detail: "the credential is not of a known kind" }, CHALLENGE);
  }
  return null;
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
