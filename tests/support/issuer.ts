import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** An issuer of tokens, with its key set at an address; its keys rotate when told to. */
export interface Issuer {
  readonly url: string;
  readonly name: string;
  /** The public key in use, as anybody can read it. */
  publicJwk(): JWK;
  /** A token of a user; `claims` and `header` over what is usual. */
  token(
    userId: string,
    claims?: JWTPayload,
    header?: { readonly alg?: string; readonly kid?: string },
  ): Promise<string>;
  /** Signs with a new key from now on; the old one is taken from the set. */
  rotate(): Promise<void>;
  /** Answers nobody for as long as it is away. */
  away: boolean;
  close(): Promise<void>;
}

export const AUDIENCE = "trade-engine";

interface KeyPair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function startIssuer(): Promise<Issuer> {
  let pair = await newPair(1);
  let rotations = 1;
  const state = { away: false };
  const server = createServer((_request, response) => {
    if (state.away) return void response.destroy();
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [pair.jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/jwks.json`,
    name: origin,
    publicJwk: () => pair.jwk,
    token: (userId, claims = {}, header = {}) => {
      const nowS = Math.floor(Date.now() / 1_000);
      const usual = { iss: origin, aud: AUDIENCE, iat: nowS, exp: nowS + 300, scope: "read trade" };
      return new SignJWT({ ...usual, sub: userId, ...claims })
        .setProtectedHeader({ alg: "ES256", kid: pair.kid, ...header })
        .sign(pair.privateKey);
    },
    rotate: async () => {
      rotations += 1;
      pair = await newPair(rotations);
    },
    get away() {
      return state.away;
    },
    set away(isAway: boolean) {
      state.away = isAway;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function newPair(number: number): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const kid = `key-${number}`;
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}
