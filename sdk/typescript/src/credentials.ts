import { ed25519Signer, hmacSigner, type SignableRequest, type Signer, signedText } from "./signing.ts";

/** Who calls: nobody, the bearer of a token, or the owner of an API key. */
export type Credentials =
  /** A token, or what gives one: asked before each attempt, so that it may renew what expires. */
  | { readonly token: string | (() => string | Promise<string>) }
  /** An API key of kind HMAC_SHA256; the secret as `POST /api-keys` showed it. */
  | { readonly apiKey: string; readonly secret: string }
  /** An API key of kind ED25519; the private key as PKCS #8, in PEM or its base64. */
  | { readonly apiKey: string; readonly privateKey: string };

/** Headers that name the caller of one attempt; a signed one has a timestamp and a nonce of its own. */
export type CallerHeaders = (request: SignableRequest) => Promise<Readonly<Record<string, string>>>;

/**
 * `clockOffsetMs` is added to this machine's clock in signatures: how far the API's is ahead of it.
 */
export function callerHeaders(credentials: Credentials | undefined, clockOffsetMs = 0): CallerHeaders {
  if (credentials === undefined) return async () => ({});
  if ("token" in credentials) {
    const { token } = credentials;
    return async () => ({ authorization: `Bearer ${typeof token === "string" ? token : await token()}` });
  }
  const { apiKey } = credentials;
  let made: Promise<Signer> | undefined;
  return async (request) => {
    made ??= "secret" in credentials ? hmacSigner(credentials.secret) : ed25519Signer(credentials.privateKey);
    const sign = await made;
    const timestamp = String(Date.now() + clockOffsetMs);
    const nonce = crypto.randomUUID();
    const signature = await sign(await signedText(timestamp, nonce, request));
    return { "x-api-key": apiKey, "x-timestamp": timestamp, "x-nonce": nonce, "x-signature": signature };
  };
}
