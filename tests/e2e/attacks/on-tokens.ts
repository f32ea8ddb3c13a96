import { createHmac } from "node:crypto";
import { generateKeyPair, SignJWT } from "jose";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { ask, type Got, ORDER, type Target } from "./target.ts";

/** Attacks on tokens. Each is sent as an order of mallory's, unless it says otherwise. */
export const ON_TOKENS: Readonly<Record<string, (target: Target) => Promise<Got>>> = {
  "no credential": (target) => place(target, null),
  "a token without a signature (`alg: none`)": async (target) =>
    place(target, `${encoded({ alg: "none" })}.${encoded(await claims(target))}.`),
  "an HMAC under the issuer's public key (`alg: HS256`)": async (target) => {
    const text = `${encoded({ alg: "HS256", kid: "key-1" })}.${encoded(await claims(target))}`;
    const secret = JSON.stringify(target.issuer.publicJwk());
    return place(target, `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`);
  },
  "signed with another key of the same name": async (target) => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = new SignJWT(await claims(target)).setProtectedHeader({ alg: "ES256", kid: "key-1" });
    return place(target, await token.sign(privateKey));
  },
  "signed with a key that the token brings along (`jwk`)": async (target) => {
    const { privateKey } = await generateKeyPair("ES256");
    const header = { alg: "ES256", kid: "key-1", jwk: target.issuer.publicJwk() };
    return place(target, await new SignJWT(await claims(target)).setProtectedHeader(header).sign(privateKey));
  },
  "a key's name that is a path": async (target) =>
    place(target, await target.issuer.token("mallory", {}, { kid: "../../etc/passwd" })),
  "its claims changed after it was signed": async (target) => {
    const [header, , signature] = (await target.issuer.token("mallory")).split(".");
    return place(target, `${header}.${encoded({ ...(await claims(target)), sub: "victim" })}.${signature}`);
  },
  "expired a second ago": (target) => placeAs(target, { exp: seconds() - 1 }),
  "without an end": (target) => placeAs(target, { exp: undefined }),
  "not valid yet": (target) => placeAs(target, { nbf: seconds() + 60 }),
  "for another audience": (target) => placeAs(target, { aud: "another-service" }),
  "of another issuer": (target) => placeAs(target, { iss: "https://evil.example" }),
  "its `sub` is no user": (target) => placeAs(target, { sub: "mallory' or '1'='1" }),
  "scope `read` alone places an order": (target) => placeAs(target, { scope: "read" }),
  "scopes in capitals": (target) => placeAs(target, { scope: "READ TRADE ADMIN" }),
  "scope `trade` halts a pair": async (target) => {
    const authorization = `Bearer ${await target.issuer.token("mallory")}`;
    const body = JSON.stringify({ status: "HALTED" });
    return ask(target.run.origin, "PATCH", "/api/v1/admin/symbols/BTC-USDT", { authorization }, body);
  },
  "scope `trade` makes an API key with `admin`": async (target) => {
    const authorization = `Bearer ${await target.issuer.token("mallory")}`;
    const body = JSON.stringify({ name: "up", kind: "HMAC_SHA256", scopes: ["admin"] });
    return ask(target.run.origin, "POST", "/api/v1/api-keys", { authorization }, body);
  },
  "a token of 20,000 characters": (target) => place(target, `${"a".repeat(20_000)}.b.c`),
  "a key that the issuer has taken back": async (target) => {
    const old = await target.issuer.token("mallory", { jti: "old" });
    await target.issuer.rotate();
    // The first token under the new key makes the set be read again.
    const fresh = await target.issuer.token("mallory");
    await waitFor("the issuer's new key to count", 30_000, async () =>
      (await place(target, fresh)).status === 201 ? true : undefined,
    );
    return place(target, old);
  },
};

function place(target: Target, token: string | null): Promise<Got> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return ask(target.run.origin, "POST", "/api/v1/orders", headers, JSON.stringify(ORDER));
}

async function placeAs(target: Target, changes: Record<string, unknown>): Promise<Got> {
  return place(target, await target.issuer.token("mallory", changes));
}

/** The claims of a good token. */
async function claims({ issuer }: Target): Promise<Record<string, unknown>> {
  const [, payload = ""] = (await issuer.token("mallory")).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
