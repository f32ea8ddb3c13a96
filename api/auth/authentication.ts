import type { Clock } from "../../engine/ports.ts";
import { ProblemError } from "../problem.ts";
import { CHALLENGE } from "./dev-tokens.ts";
import type { Authenticator, Presented, Principal } from "./principal.ts";

/** A signature as it stands in a WebSocket's first message: the four headers of a signed request. */
export interface PresentedSignature {
  readonly apiKey: string;
  /** Milliseconds since 1970, in digits. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** What a signature of a WebSocket's first message is over, in place of a request's line. */
const WEBSOCKET_METHOD = "GET";
const WEBSOCKET_TARGET = "/ws";

const NO_BODY = Promise.resolve(new Uint8Array());

/** Every way of naming the caller, asked in turn; for requests, and for connections that last. */
export class Authentication {
  readonly #authenticators: readonly Authenticator[];
  readonly #clock: Clock;

  /** @param authenticators none of them: nobody can call what is not public */
  constructor(authenticators: readonly Authenticator[], clock: Clock) {
    this.#authenticators = authenticators;
    this.#clock = clock;
  }

  /** The caller; null where nothing is shown. Throws a ProblemError (401, 503) for a credential that does not count. */
  async identify(presented: Presented): Promise<Principal | null> {
    for (const authenticator of this.#authenticators) {
      const principal = await authenticator.authenticate(presented);
      if (principal !== null) return principal;
    }
    if (presented.header("authorization") === undefined && presented.header("x-api-key") === undefined) {
      return null;
    }
    throw new ProblemError("UNAUTHENTICATED", { detail: "the credential is not of a known kind" }, CHALLENGE);
  }

  /** The bearer of a token (without `Bearer `) shown over a connection from `address`. Throws a ProblemError. */
  token(token: string, address: string): Promise<Principal> {
    return this.#named({ authorization: `Bearer ${token}` }, address);
  }

  /** The owner of the key that signed `timestamp \n nonce \n GET \n /ws \n sha256("")`. Throws a ProblemError. */
  signature(shown: PresentedSignature, address: string): Promise<Principal> {
    const { apiKey, timestamp, nonce, signature } = shown;
    return this.#named(
      { "x-api-key": apiKey, "x-timestamp": timestamp, "x-nonce": nonce, "x-signature": signature },
      address,
    );
  }

  /** False once its credential has ended, was revoked, or cannot be looked up; ask every second or so. */
  async isStillValid(principal: Principal): Promise<boolean> {
    if (principal.expiresAtMs !== null && principal.expiresAtMs <= this.#clock.nowMs()) return false;
    for (const authenticator of this.#authenticators) {
      if ((await authenticator.isStillValid?.(principal)) === false) return false;
    }
    return true;
  }

  async #named(headers: Readonly<Record<string, string>>, address: string): Promise<Principal> {
    const principal = await this.identify({
      header: (name) => headers[name],
      method: WEBSOCKET_METHOD,
      target: WEBSOCKET_TARGET,
      address,
      body: () => NO_BODY,
    });
    if (principal === null) throw new ProblemError("UNAUTHENTICATED", {}, CHALLENGE);
    return principal;
  }
}
