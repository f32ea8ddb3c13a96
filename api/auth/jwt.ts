import { createHash } from "node:crypto";
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Clock } from "../../engine/ports.ts";
import type { FaultLog } from "../fault-log.ts";
import { ProblemError } from "../problem.ts";
import { isUserId } from "../schemas/fields.ts";
import { CHALLENGE } from "./dev-tokens.ts";
import { issuerKeys } from "./issuer-keys.ts";
import { type Authenticator, type Principal, SCOPES, type Scope } from "./principal.ts";

/**
 * `Authorization: Bearer <JWT>` (RFC 7519, 8725). What is accepted is pinned by settings, never taken
 * from the token: the algorithms, the issuer, the audience. `sub` is the user, `scope` (RFC 8693) what
 * they may do.
 */
export interface TokenSettings {
  /** Where the issuer's public keys are, or the key that the issuer shares. */
  readonly key: { readonly jwksUrl: string } | { readonly secret: string };
  readonly issuer: string;
  readonly audience: string;
  /** Empty: those that are usual for the kind of key. */
  readonly algorithms: readonly string[];
  /** How far the issuer's clock may be off. */
  readonly clockToleranceMs: number;
}

const PUBLIC_KEY_ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256"];
const SHARED_KEY_ALGORITHMS = ["HS256"];
/** RFC 7518, section 3.2: a key is at least as long as the hash. */
const SHORTEST_SECRET_BYTES = 32;
/** Longer ones are refused unread. */
const LONGEST_TOKEN = 8_192;

/** How long a verified token counts without its signature being computed again: so long may a key taken back live on. */
const VERIFIED_FOR_MS = 60_000;
const MOST_VERIFIED = 10_000;

interface Verified {
  readonly principal: Principal;
  readonly untilMs: number;
}

/**
 * Throws an Error with one line for the operator where the settings do not go together.
 * @param faults hears of an issuer that cannot be asked for its keys
 */
export function bearerTokens(
  settings: TokenSettings,
  clock: Clock,
  faults?: Pick<FaultLog, "tell">,
): Authenticator {
  const algorithms = allowedAlgorithms(settings);
  if (settings.issuer === "") throw new Error("auth.jwt_issuer: must be set where tokens are taken");
  if (settings.audience === "") throw new Error("auth.jwt_audience: must be set where tokens are taken");
  const keys = keysOf(settings, clock, faults);
  // A token comes with every request of its bearer, and verifying a signature costs more than all else here.
  const verified = new Map<string, Verified>();

  const verify = async (token: string): Promise<Principal> => {
    const nowMs = clock.nowMs();
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: settings.clockToleranceMs / 1_000,
      currentDate: new Date(nowMs),
      requiredClaims: ["exp", "sub"],
    });
    return principalOf(payload, settings.clockToleranceMs);
  };

  return {
    name: "bearer tokens",
    async authenticate(presented): Promise<Principal | null> {
      const header = presented.header("authorization");
      if (header === undefined) return null;
      const token = /^bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header)?.[1];
      if (token === undefined || token.length > LONGEST_TOKEN) throw refused("not a JSON Web Token");
      const nowMs = clock.nowMs();
      const fingerprint = createHash("sha256").update(token).digest("base64");
      const known = verified.get(fingerprint);
      if (known !== undefined && nowMs < known.untilMs) return known.principal;
      verified.delete(fingerprint);
      const principal = await verify(token).catch(refuse);
      const untilMs = Math.min(nowMs + VERIFIED_FOR_MS, principal.expiresAtMs ?? 0);
      if (verified.size >= MOST_VERIFIED) verified.delete(verified.keys().next().value ?? "");
      verified.set(fingerprint, { principal, untilMs });
      return principal;
    },
  };
}

function allowedAlgorithms({ key, algorithms }: TokenSettings): string[] {
  const isShared = "secret" in key;
  if (algorithms.length === 0) return isShared ? SHARED_KEY_ALGORITHMS : PUBLIC_KEY_ALGORITHMS;
  const pattern = isShared
    ? /^HS(?:256|384|512)$/
    : /^(?:ES(?:256|384|512)|RS(?:256|384|512)|PS(?:256|384|512)|EdDSA|Ed25519)$/;
  // A public key that verified HMACs would let everybody who can read it sign.
  const wrong = algorithms.find((algorithm) => !pattern.test(algorithm));
  if (wrong !== undefined) throw new Error(`auth.jwt_algorithms: ${wrong} does not go with this kind of key`);
  return [...algorithms];
}

function keysOf({ key }: TokenSettings, clock: Clock, faults?: Pick<FaultLog, "tell">): JWTVerifyGetKey {
  if ("jwksUrl" in key) return issuerKeys(key.jwksUrl, clock, faults);
  const bytes = new TextEncoder().encode(key.secret);
  if (bytes.length < SHORTEST_SECRET_BYTES) {
    throw new Error(`auth.jwt_secret: must be at least ${SHORTEST_SECRET_BYTES} bytes long`);
  }
  return () => Promise.resolve(bytes);
}

function principalOf(payload: JWTPayload, toleranceMs: number): Principal {
  const { sub = "", exp = 0, scope } = payload;
  if (!isUserId(sub)) throw refused("its sub names no valid user");
  const named = typeof scope === "string" ? scope.split(" ") : [];
  const scopes = new Set<Scope>(SCOPES.filter((known) => named.includes(known)));
  return { userId: sub, scopes, keyId: null, expiresAtMs: exp * 1_000 + toleranceMs };
}

/** One answer for all that is wrong with a token, but the one fault that its bearer can mend: getting a new one. */
function refuse(cause: unknown): never {
  if (cause instanceof ProblemError) throw cause;
  if (cause instanceof errors.JWTExpired) {
    throw new ProblemError("TOKEN_EXPIRED", {}, BAD_TOKEN_CHALLENGE, { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed)
    throw refused(`its ${cause.claim} is not right`, cause);
  if (isAboutTheToken(cause)) throw refused("its signature does not hold", cause);
  throw new ProblemError("TOKEN_KEYS_UNAVAILABLE", {}, { "retry-after": "1" }, { cause });
}

/** jose's faults of the token itself; the others are of the way to the issuer. */
function isAboutTheToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    !(cause instanceof errors.JWKSInvalid) &&
    cause.code !== "ERR_JOSE_GENERIC"
  );
}

const BAD_TOKEN_CHALLENGE = { "www-authenticate": `${CHALLENGE["www-authenticate"]}, error="invalid_token"` };

function refused(fault: string, cause?: unknown): ProblemError {
  const detail = `the token does not count: ${fault}`;
  return new ProblemError("UNAUTHENTICATED", { detail }, BAD_TOKEN_CHALLENGE, { cause });
}
