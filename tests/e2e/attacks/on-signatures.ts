import { randomUUID } from "node:crypto";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { hmacKey } from "../../support/signing.ts";
import { ask, type Got, ORDER, signed, type Target, WINDOW_MS } from "./target.ts";

/** Attacks on signed requests. */
export const ON_SIGNATURES: Readonly<Record<string, (target: Target) => Promise<Got>>> = {
  "sent a second time": async (target) => {
    const options = { nonce: randomUUID(), timestampMs: Date.now() };
    await signed(target, target.keys.hmac, "POST", "/orders", ORDER, options);
    return signed(target, target.keys.hmac, "POST", "/orders", ORDER, options);
  },
  "sent a second time, signed by Ed25519": async (target) => {
    const options = { nonce: randomUUID(), timestampMs: Date.now() };
    await signed(target, target.keys.ed25519, "POST", "/orders", ORDER, options);
    return signed(target, target.keys.ed25519, "POST", "/orders", ORDER, options);
  },
  "ten times at once: how many got through": async (target) => {
    const options = { nonce: randomUUID(), timestampMs: Date.now() };
    const all = await Promise.all(
      Array.from({ length: 10 }, () => signed(target, target.keys.hmac, "POST", "/orders", ORDER, options)),
    );
    const through = all.filter(({ status }) => status < 400).length;
    return { status: through, code: through === 1 ? "one of ten" : "more than one" };
  },
  "its body changed": (target) => tampered(target, { body: JSON.stringify({ ...ORDER, quantity: "10" }) }),
  "a space put into its body": (target) => tampered(target, { body: `${JSON.stringify(ORDER)} ` }),
  "sent to another path": (target) => tampered(target, { target: "/api/v1/orders/test" }),
  "a query put behind its path": (target) => tampered(target, { target: "/api/v1/orders?symbol=BTC/USDT" }),
  "a query changed": (target) =>
    signed(target, target.keys.hmac, "GET", "/orders?symbol=BTC/USDT", undefined, {
      sent: { target: "/api/v1/orders?symbol=ETH/USDT" },
    }),
  "its method changed": (target) =>
    signed(target, target.keys.hmac, "GET", "/orders?symbol=BTC/USDT", undefined, {
      sent: { method: "DELETE" },
    }),
  "its timestamp made fresh": async (target) => {
    const timestampMs = Date.now() - 60_000;
    const fresh = { "x-timestamp": String(Date.now()) };
    return signed(target, target.keys.hmac, "POST", "/orders", ORDER, { timestampMs, headers: fresh });
  },
  "its nonce made fresh": (target) =>
    signed(target, target.keys.hmac, "POST", "/orders", ORDER, { headers: { "x-nonce": randomUUID() } }),
  "older than the window": (target) =>
    signed(target, target.keys.hmac, "POST", "/orders", ORDER, { timestampMs: Date.now() - WINDOW_MS - 500 }),
  "from the future": (target) =>
    signed(target, target.keys.hmac, "POST", "/orders", ORDER, { timestampMs: Date.now() + 5_000 }),
  "with another's secret": (target) =>
    signed(target, hmacKey(target.keys.hmac.keyId, "guessed"), "POST", "/orders", ORDER),
  "an HMAC in place of an Ed25519 signature": (target) =>
    signed(target, hmacKey(target.keys.ed25519.keyId, "public"), "POST", "/orders", ORDER),
  "a key that there is not": (target) => signed(target, hmacKey(randomUUID(), "x"), "POST", "/orders", ORDER),
  "a key's id that is SQL": (target) => signed(target, hmacKey("' or 1=1 --", "x"), "POST", "/orders", ORDER),
  "half of the headers": (target) =>
    ask(target.run.origin, "GET", "/api/v1/orders", { "x-api-key": target.keys.hmac.keyId }),
  "a key and a token together": (target) =>
    signed(target, target.keys.hmac, "GET", "/orders", undefined, {
      headers: { authorization: "Bearer dev:victim" },
    }),
  "scope `read` alone places an order": (target) =>
    signed(target, target.keys.readOnly, "POST", "/orders", ORDER),
  "a key makes another key": (target) =>
    signed(target, target.keys.hmac, "POST", "/api-keys", {
      name: "n",
      kind: "HMAC_SHA256",
      scopes: ["read"],
    }),
  "from an address that is not on the key's list": (target) =>
    signed(target, target.keys.elsewhere, "GET", "/orders"),
  "claiming in X-Forwarded-For an address on the list, through an honest proxy": (target) =>
    signed(target, target.keys.elsewhere, "GET", "/orders", undefined, {
      headers: { "x-forwarded-for": "203.0.113.7, 198.51.100.1" },
    }),
  "from the address on the key's list (no attack)": (target) =>
    signed(target, target.keys.elsewhere, "GET", "/orders", undefined, {
      headers: { "x-forwarded-for": "203.0.113.7" },
    }),
  "a revoked key": (target) => signed(target, target.keys.revoked, "GET", "/orders"),
  "an expired key": (target) =>
    waitFor("the key to expire", 10_000, async () => {
      const got = await signed(target, target.keys.expired, "GET", "/orders");
      return got.status === 200 ? undefined : got;
    }),
};

function tampered(target: Target, sent: { readonly target?: string; readonly body?: string }): Promise<Got> {
  return signed(target, target.keys.hmac, "POST", "/orders", ORDER, { sent });
}
