/** Who a request comes from, and what they may do. */

export const SCOPES = ["read", "trade", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Principal {
  readonly userId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The API key that signed; null for a token. */
  readonly keyId: string | null;
  /** When the credential ends by itself, milliseconds since 1970; null: it does not. */
  readonly expiresAtMs: number | null;
}

/** What a caller shows: an HTTP request, or a message of a WebSocket that stands for one. */
export interface Presented {
  /** Value of a header, or of what stands for it; names in small letters. */
  header(name: string): string | undefined;
  readonly method: string;
  /** Path with query, as it came. */
  readonly target: string;
  /** Whom it comes from: the client's address, an honest proxy's word for it included; "" where unknown. */
  readonly address: string;
  /** The raw body, read once and kept; empty where there is none. Throws a ProblemError for one too large or too slow. */
  body(): Promise<Uint8Array>;
}

/**
 * One way to name the caller. `null`: this request does not use that way, ask the next one. A
 * credential that is there but wrong is refused by a ProblemError, never handed on.
 */
export interface Authenticator {
  readonly name: string;
  authenticate(presented: Presented): Promise<Principal | null> | Principal | null;
  /** Whether a principal that it once named would be named again now; for connections that last. */
  isStillValid?(principal: Principal): Promise<boolean>;
}
