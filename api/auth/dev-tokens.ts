import { ProblemError } from "../problem.ts";
import { isUserId } from "../schemas/fields.ts";
import type { Authenticator, Principal, Scope } from "./principal.ts";
import { SCOPES } from "./principal.ts";

const PREFIX = /^bearer dev:/i;
const EVERY_SCOPE: ReadonlySet<Scope> = new Set(SCOPES);

/**
 * `Authorization: Bearer dev:<userId>` is that user with every scope. For development only: on by
 * default in the embedded run, which listens on 127.0.0.1; `assertDevTokensAllowed` ends a
 * production start-up that has it on.
 */
export function devTokens(): Authenticator {
  return {
    name: "dev-tokens",
    authenticate(presented): Principal | null {
      const header = presented.header("authorization");
      if (header === undefined || !PREFIX.test(header)) return null;
      const userId = header.slice("Bearer dev:".length).trim();
      if (!isUserId(userId)) {
        throw new ProblemError("UNAUTHENTICATED", { detail: "the dev token names no valid user" }, CHALLENGE);
      }
      return { userId, scopes: EVERY_SCOPE, keyId: null, expiresAtMs: null };
    },
  };
}

/** Throws an Error whose message is one line for the operator. */
export function assertDevTokensAllowed(settings: { devTokens: boolean; production: boolean }): void {
  if (settings.devTokens && settings.production) {
    throw new Error("auth.dev_tokens is on: anybody could be anybody, so it is refused in production");
  }
}

export const CHALLENGE = { "www-authenticate": 'Bearer realm="trade-engine"' } as const;
