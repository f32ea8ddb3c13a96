import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { isUuid } from "../../engine/ids.ts";
import type { Clock } from "../../engine/ports.ts";
import { addressList } from "../middleware/client-address.ts";
import { ProblemError } from "../problem.ts";
import type { ApiKeyRecord } from "./api-key.ts";
import type { ApiKeyDirectory } from "./api-key-directory.ts";
import { FUTURE_MS, type NonceStore } from "./nonces.ts";
import type { Authenticator, Presented, Principal, Scope } from "./principal.ts";
import type { SecretBox } from "./secret-box.ts";

/**
 * API keys: a request is signed over `timestamp \n nonce \n METHOD \n path-with-query \n sha256(body)`,
 * all of it as it is sent, the hash in hexadecimal. Headers: X-API-Key, X-Timestamp (milliseconds),
 * X-Nonce, X-Signature (hexadecimal).
 *
 * Checked in this order: form, time, signature; then what only the key's owner is told (revoked,
 * expired, address); the nonce last, so that nobody else can use it up.
 */
export interface SignedRequestParts {
  readonly keys: ApiKeyDirectory;
  readonly nonces: NonceStore;
  readonly box: SecretBox;
  readonly clock: Clock;
  /** How old a timestamp may be. */
  readonly windowMs: number;
}

const TIMESTAMP = /^\d{13}$/;
const NONCE = /^[\w-]{1,64}$/;
const SIGNATURE = /^[0-9a-f]{64,128}$/i;

/** What RFC 8410 puts in front of an Ed25519 public key. */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Requests that change nothing when they come a second time; they go on while nonces cannot be told. */
const HARMLESS_TWICE = /^DELETE \/api\/v1\/(?:orders|order-lists)\/[^/?]+(?:\?|$)|^(?:GET|HEAD) \/api\/v1\//;

export function signedRequests(parts: SignedRequestParts): Authenticator {
  const { keys, nonces, clock, windowMs } = parts;
  const verifiers = new WeakMap<ApiKeyRecord, Verifier>();

  return {
    name: "signed requests",
    async authenticate(presented): Promise<Principal | null> {
      const shown = read(presented);
      if (shown === null) return null;
      const ageMs = clock.nowMs() - Number(shown.timestamp);
      if (ageMs > windowMs || ageMs < -FUTURE_MS) {
        const detail = `at most ${windowMs} ms old and ${FUTURE_MS} ms ahead; GET /api/v1/time tells this API's clock`;
        throw new ProblemError("TIMESTAMP_OUTSIDE_WINDOW", { detail });
      }
      const key = isUuid(shown.keyId) ? await keys.key(shown.keyId.toLowerCase()) : null;
      // Who does not know the secret is not told whether there is such a key.
      if (key === null) throw new ProblemError("SIGNATURE_INVALID");
      let verifier = verifiers.get(key);
      if (verifier === undefined) {
        verifier = verifierOf(key, parts.box);
        verifiers.set(key, verifier);
      }
      const text = signedText(shown, presented, await presented.body());
      if (!verifier.holds(text, Buffer.from(shown.signature, "hex")))
        throw new ProblemError("SIGNATURE_INVALID");
      refuseUnusable(key, verifier, presented.address, clock.nowMs());
      const state = await nonces.claim(key.keyId, shown.nonce);
      if (state === "used") throw new ProblemError("NONCE_REUSED");
      if (state === "unknown" && !HARMLESS_TWICE.test(`${presented.method} ${presented.target}`)) {
        throw new ProblemError(
          "NONCES_UNAVAILABLE",
          {},
          { "retry-after": String(Math.ceil(windowMs / 1_000)) },
        );
      }
      return principalOf(key);
    },
    async isStillValid(principal): Promise<boolean> {
      if (principal.keyId === null) return true;
      // Of a key that cannot be looked up nobody knows whether it is revoked: it does not count.
      const key = await keys.key(principal.keyId).catch(() => null);
      return key !== null && key.revokedAtMs === null && (key.expiresAtMs ?? Infinity) > clock.nowMs();
    },
  };
}

interface Shown {
  readonly keyId: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** Null where no key is shown. Throws for a key with less than the other three headers, or a token beside it. */
function read(presented: Presented): Shown | null {
  const keyId = presented.header("x-api-key");
  if (keyId === undefined) return null;
  if (presented.header("authorization") !== undefined) {
    throw new ProblemError("UNAUTHENTICATED", { detail: "either a token or an API key" });
  }
  const timestamp = presented.header("x-timestamp") ?? "";
  const nonce = presented.header("x-nonce") ?? "";
  const signature = presented.header("x-signature") ?? "";
  if (!TIMESTAMP.test(timestamp)) throw malformed("X-Timestamp: milliseconds since 1970");
  if (!NONCE.test(nonce)) throw malformed("X-Nonce: 1 to 64 letters, digits, - and _");
  if (!SIGNATURE.test(signature))
    throw malformed("X-Signature: 64 (HMAC) or 128 (Ed25519) hexadecimal digits");
  return { keyId, timestamp, nonce, signature };
}

function malformed(detail: string): ProblemError {
  return new ProblemError("UNAUTHENTICATED", { detail: `a signed request needs ${detail}` });
}

function signedText({ timestamp, nonce }: Shown, { method, target }: Presented, body: Uint8Array): Buffer {
  const hash = createHash("sha256").update(body).digest("hex");
  return Buffer.from(`${timestamp}\n${nonce}\n${method}\n${target}\n${hash}`, "latin1");
}

/** A key made ready for use: decrypted and parsed once for each time that it is read. */
interface Verifier {
  holds(text: Buffer, signature: Buffer): boolean;
  isAllowedFrom(address: string): boolean;
}

function verifierOf(key: ApiKeyRecord, box: SecretBox): Verifier {
  const isListed = addressList(key.addresses);
  return {
    holds: key.kind === "ED25519" ? ed25519Check(key.material) : hmacCheck(box.open(key.material, key.keyId)),
    isAllowedFrom: (address) => key.addresses.length === 0 || isListed(address),
  };
}

/** Both sides have the same length and are compared in constant time. */
function hmacCheck(secret: Uint8Array): Verifier["holds"] {
  return (text, signature) => {
    const expected = createHmac("sha256", secret).update(text).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  };
}

function ed25519Check(publicKey: Uint8Array): Verifier["holds"] {
  const key = ed25519Key(publicKey);
  return (text, signature) => verify(null, text, key, signature);
}

/** Throws where the 32 bytes are no key. */
export function ed25519Key(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([ED25519_PREFIX, publicKey]), format: "der", type: "spki" });
}

function refuseUnusable(key: ApiKeyRecord, verifier: Verifier, address: string, nowMs: number): void {
  if (key.revokedAtMs !== null) throw new ProblemError("API_KEY_REVOKED");
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) throw new ProblemError("API_KEY_EXPIRED");
  if (!verifier.isAllowedFrom(address)) throw new ProblemError("ADDRESS_NOT_ALLOWED");
}

function principalOf(key: ApiKeyRecord): Principal {
  const scopes = new Set<Scope>(key.scopes);
  return { userId: key.userId, scopes, keyId: key.keyId, expiresAtMs: key.expiresAtMs };
}
