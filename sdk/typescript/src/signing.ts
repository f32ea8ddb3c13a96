/** What a signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** Path with query, as it is sent. */
  readonly target: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Signature of a text, in hexadecimal. */
export type Signer = (text: string) => Promise<string>;

const encoder = new TextEncoder();

/** Signs with the secret of an HMAC_SHA256 key. */
export async function hmacSigner(secret: string): Promise<Signer> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return async (text) => hex(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
}

/** Signs with an Ed25519 private key: PKCS #8, in PEM or its base64. Rejects where it is none. */
export async function ed25519Signer(privateKey: string): Promise<Signer> {
  const base64 = privateKey.replace(/-----[^-]+-----|\s/g, "");
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", false, ["sign"]);
  return async (text) => hex(await crypto.subtle.sign("Ed25519", key, encoder.encode(text)));
}

/** `timestamp \n nonce \n METHOD \n path-with-query \n sha256(body)`: what a signed request signs. */
export async function signedText(
  timestamp: string,
  nonce: string,
  { method, target, body }: SignableRequest,
): Promise<string> {
  const hash = hex(await crypto.subtle.digest("SHA-256", body));
  return [timestamp, nonce, method, target, hash].join("\n");
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
