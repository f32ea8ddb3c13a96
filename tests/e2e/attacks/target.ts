import { randomBytes } from "node:crypto";
import { waitFor } from "../../../infra/dev/services/wait.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../../support/embedded-engine.ts";
import { HttpCaller } from "../../support/http-caller.ts";
import { AUDIENCE, type Issuer, startIssuer } from "../../support/issuer.ts";
import { type ClientKey, ed25519Pair, hmacKey, type Signable, signedHeaders } from "../../support/signing.ts";

/** What is attacked: a running engine that takes an issuer's tokens and signed requests. */
export interface Target {
  readonly run: EmbeddedRun;
  readonly issuer: Issuer;
  /** With dev tokens, to arrange things. */
  readonly helper: HttpCaller;
  /** An order of the user victim, open. */
  readonly victimOrderId: string;
  readonly victimListId: string;
  readonly victimKeyId: string;
  /** Keys of mallory, by what is special about them. */
  readonly keys: Readonly<
    Record<"hmac" | "ed25519" | "readOnly" | "elsewhere" | "revoked" | "expired", ClientKey>
  >;
  stop(): Promise<void>;
}

/** An answer in short. */
export interface Got {
  readonly status: number;
  /** The problem's code; "" where it is none. */
  readonly code: string;
}

export const WINDOW_MS = 2_000;
const READ_TIMEOUT_MS = 1_000;
/** An address from which the proxy in front (this machine) says that requests come. */
const ELSEWHERE = "203.0.113.7";

export const ORDER = { symbol: "BTC/USDT", side: "BUY", type: "LIMIT", quantity: "0.01", price: "1000.00" };

export async function startTarget(): Promise<Target> {
  const folder = dataFolder();
  const issuer = await startIssuer();
  const run = await startEmbedded("deno", folder.directory, {
    TRADE_ENGINE_AUTH_JWKS_URL: issuer.url,
    TRADE_ENGINE_AUTH_JWT_ISSUER: issuer.name,
    TRADE_ENGINE_AUTH_JWT_AUDIENCE: AUDIENCE,
    TRADE_ENGINE_AUTH_JWT_CLOCK_TOLERANCE: "0s",
    TRADE_ENGINE_AUTH_SIGNATURE_WINDOW: `${WINDOW_MS}ms`,
    TRADE_ENGINE_AUTH_KEY_ENCRYPTION_KEYS: `test:${randomBytes(32).toString("base64")}`,
    TRADE_ENGINE_SERVER_READ_TIMEOUT: `${READ_TIMEOUT_MS}ms`,
    TRADE_ENGINE_SERVER_TRUSTED_PROXIES: "127.0.0.1",
  });
  const helper = new HttpCaller(run.origin, "mallory");
  const victim = helper.as("victim");
  const named = { clientOrderId: "the-victims" };
  const order = await victim.place("BUY", "0.01", "1000.00", named);
  await victim.place("BUY", "0.01", "2000.00");
  await helper.as("maker").place("SELL", "0.01", "2000.00");
  const list = await victim.call("POST", "/order-lists", {
    ...{ symbol: "BTC/USDT", side: "SELL", quantity: "0.01" },
    ...{ limit: { price: "90000.00" }, stop: { stopPrice: "500.00" } },
  });
  const keys = {
    hmac: await newKey(helper, {}),
    ed25519: await newEd25519Key(helper),
    readOnly: await newKey(helper, { scopes: ["read"] }),
    elsewhere: await newKey(helper, { addresses: [`${ELSEWHERE}/32`] }),
    revoked: await newKey(helper, {}),
    expired: await newKey(helper, { expiresAt: new Date(Date.now() + 1_000).toISOString() }),
  };
  const victimKey = await newKey(victim, {});
  await helper.call("DELETE", `/api-keys/${keys.revoked.keyId}`);
  const target = { run, issuer, helper, keys };
  return {
    ...target,
    victimOrderId: order.body.orderId,
    victimListId: list.body.listId,
    victimKeyId: victimKey.keyId,
    stop: async () => {
      await run.stop();
      await issuer.close();
      folder.remove();
    },
  };
}

async function newKey(owner: HttpCaller, fields: object): Promise<ClientKey> {
  const made = await owner.call("POST", "/api-keys", {
    ...{ name: "a key", kind: "HMAC_SHA256", scopes: ["read", "trade"] },
    ...fields,
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return hmacKey(made.body.apiKey.keyId, made.body.secret);
}

async function newEd25519Key(owner: HttpCaller): Promise<ClientKey> {
  const pair = ed25519Pair();
  const made = await owner.call("POST", "/api-keys", {
    ...{ name: "a better key", kind: "ED25519", scopes: ["read", "trade"], publicKey: pair.publicKey },
  });
  return pair.key(made.body.apiKey.keyId);
}

/** Waits until signed orders are taken: after a start not every nonce is known, for one window. */
export function untilSignedOrdersCount(target: Target): Promise<true> {
  return waitFor("signed orders to be taken", 30_000, async () => {
    const { code } = await signed(target, target.keys.hmac, "POST", "/orders/batch", { orders: [] });
    if (code === "NONCES_UNAVAILABLE") throw new Error(code);
    return true as const;
  });
}

export interface SignedOptions extends Partial<Signable> {
  /** What is sent in place of what was signed. */
  readonly sent?: { readonly target?: string; readonly body?: string; readonly method?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A signed request to a path below the base path; `sent` puts something else on the wire than was signed. */
export function signed(
  { run }: Pick<Target, "run">,
  key: ClientKey,
  method: string,
  path: string,
  body?: object,
  { sent = {}, headers = {}, ...options }: SignedOptions = {},
): Promise<Got> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const target = `/api/v1${path}`;
  const signature = signedHeaders(key, {
    method,
    target,
    ...(text === undefined ? {} : { body: text }),
    ...options,
  });
  return ask(
    run.origin,
    sent.method ?? method,
    sent.target ?? target,
    { ...signature, ...headers },
    sent.body ?? text,
  );
}

export async function ask(
  origin: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Got> {
  const init: RequestInit = { method, headers: { ...headers } };
  if (body !== undefined) {
    init.body = body;
    init.headers = { "content-type": "application/json", ...headers };
  }
  return gotOf(await fetch(`${origin}${target}`, init));
}

async function gotOf(response: Response): Promise<Got> {
  const text = await response.text();
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  return { status: response.status, code: isProblem ? (JSON.parse(text) as { code: string }).code : "" };
}
