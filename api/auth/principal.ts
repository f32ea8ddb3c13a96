/** Who a request comes from, and what they may do. */

export const SCOPES = ["read", "trade", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Principal {
  readonly userId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/**
 * One way to name the caller. `null`: this request does not use that way, ask the next one. A
 * credential that is there but wrong is refused by a ProblemError, never handed on.
 */
export interface Authenticator {
  readonly name: string;
  authenticate(request: Request): Promise<Principal | null> | Principal | null;
}
