import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";

/** A client's side of an API key. */
export interface ClientKey {
  readonly keyId: string;
  /** Signature of a text, hexadecimal. */
  sign(text: string): string;
}

export interface Signable {
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly body?: string;
  readonly timestampMs?: number;
  readonly nonce?: string;
}

/** The headers of a signed request. */
export function signedHeaders(key: ClientKey, request: Signable): Record<string, string> {
  const timestamp = String(request.timestampMs ?? Date.now());
  const nonce = request.nonce ?? randomUUID();
  const hash = createHash("sha256")
    .update(request.body ?? "")
    .digest("hex");
  const text = [timestamp, nonce, request.method, request.target, hash].join("\n");
  return {
    "x-api-key": key.keyId,
    "x-timestamp": timestamp,
    "x-nonce": nonce,
    "x-signature": key.sign(text),
  };
}

export function hmacKey(keyId: string, secret: string): ClientKey {
  return { keyId, sign: (text) => createHmac("sha256", secret).update(text).digest("hex") };
}

/** A fresh pair: the public half in base64 for the API, the other to sign with under a key's id. */
export function ed25519Pair(): { readonly publicKey: string; key(keyId: string): ClientKey } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { publicKey: raw.toString("base64"), key: (keyId) => ed25519Key(keyId, privateKey) };
}

function ed25519Key(keyId: string, privateKey: KeyObject): ClientKey {
  return { keyId, sign: (text) => sign(null, Buffer.from(text), privateKey).toString("hex") };
}
