// @ts-check
/**
 * Signs requests with an API key, in the browser: over `timestamp \n nonce \n METHOD \n path-with-query \n
 * sha256(body)`, hashes and signatures in hexadecimal. The secret becomes a key that the browser does not give
 * out again; it is written nowhere.
 */

/** @typedef {{ readonly keyId: string, readonly key: Parameters<typeof crypto.subtle.sign>[1] }} SigningKey */

const ENCODER = new TextEncoder();
/** What RFC 8410 puts in front of an Ed25519 private key of 32 bytes. */
const ED25519_PREFIX = "302e020100300506032b657004220420";

/** A secret that is none, in words for the person who typed it. */
export class SecretError extends Error {
  /** @override */
  name = "SecretError";
}

/**
 * @param {string} keyId
 * @param {"HMAC" | "Ed25519"} algorithm
 * @param {string} secret HMAC: the text as it was shown; Ed25519: the private key as PKCS #8 (PEM or base64) or as
 *   64 hexadecimal digits
 * @returns {Promise<SigningKey>}
 * @throws SecretError
 */
export async function signingKey(keyId, algorithm, secret) {
  if (!("subtle" in crypto))
    throw new SecretError("Browsers sign only over https or on this machine's own address.");
  if (algorithm === "HMAC") {
    const kind = { name: "HMAC", hash: "SHA-256" };
    return {
      keyId,
      key: await crypto.subtle.importKey("raw", ENCODER.encode(secret), kind, false, ["sign"]),
    };
  }
  try {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8(secret), { name: "Ed25519" }, false, ["sign"]);
    return { keyId, key };
  } catch {
    throw new SecretError(
      "That is no Ed25519 private key (PKCS #8 as PEM or base64, or 64 hexadecimal digits).",
    );
  }
}

/**
 * The parts of a signed request.
 * @param {SigningKey} signer
 * @param {{ method: string, target: string, body: string, timestampMs: number }} request
 */
export async function sign({ keyId, key }, { method, target, body, timestampMs }) {
  const timestamp = String(timestampMs);
  const nonce = randomId();
  const hash = hex(await crypto.subtle.digest("SHA-256", ENCODER.encode(body)));
  const text = [timestamp, nonce, method, target, hash].join("\n");
  const signature = hex(await crypto.subtle.sign(key.algorithm.name, key, ENCODER.encode(text)));
  return { apiKey: keyId, timestamp, nonce, signature };
}

/** 128 random bits, hexadecimal; `crypto.randomUUID` is missing on plain http. */
export function randomId() {
  return hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
}

/** @param {string} text */
function pkcs8(text) {
  const bare = text.replaceAll(/-----[^-]+-----|\s/g, "");
  if (/^[0-9a-f]{64}$/i.test(bare)) return bytesOf(ED25519_PREFIX + bare);
  return Uint8Array.from(atob(bare), (letter) => letter.charCodeAt(0));
}

/** @param {string} text hexadecimal */
function bytesOf(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param {ArrayBufferLike} buffer */
function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
