// @ts-check
/**
 * Who trades. A token lasts as long as the tab; of an API key the browser keeps a key that it gives to nobody
 * (IndexedDB), never the secret. Where dev tokens are on there is a user at once.
 */
import { forgetKey, keepKey, keptKey } from "../net/key-store.js";
import { sign, signingKey } from "../net/signer.js";
import { signal } from "../vendor/signals-core.js";

/**
 * @typedef {object} Caller
 * @property {"dev" | "token" | "key"} kind
 * @property {string} name as it is shown
 * @property {import("../net/api.js").Credential} credential
 * @property {import("../net/stream.js").AuthMessage} auth
 */

const TOKEN_ITEM = "trade-engine.token";
const STREAM_TARGET = "/ws";

/** @type {import("../vendor/signals-core.js").Signal<Caller | null>} */
export const caller = signal(/** @type {Caller | null} */ (null));

/** The name of a dev user, where the server takes those. @type {import("../vendor/signals-core.js").Signal<string | null>} */
export const devUser = signal(/** @type {string | null} */ (null));

/** How far the server's clock is ahead of this one, milliseconds. */
export const clockAheadMs = signal(0);

/**
 * Whoever was here last, else the dev user, else nobody.
 * @param {string | null} offeredDevUser
 */
export async function restore(offeredDevUser) {
  devUser.value = offeredDevUser;
  const token = sessionStorage.getItem(TOKEN_ITEM);
  if (token !== null) return useToken(token);
  const key = await keptKey();
  if (key !== null) return useKey(key);
  if (offeredDevUser !== null) useToken(`dev:${offeredDevUser}`);
}

/** @param {string} token what stands behind `Bearer ` */
export function logInByToken(token) {
  sessionStorage.setItem(TOKEN_ITEM, token);
  useToken(token);
}

/**
 * @param {string} keyId
 * @param {"HMAC" | "Ed25519"} algorithm
 * @param {string} secret
 * @param {boolean} remember
 */
export async function logInByKey(keyId, algorithm, secret, remember) {
  const key = await signingKey(keyId, algorithm, secret);
  sessionStorage.removeItem(TOKEN_ITEM);
  if (remember) await keepKey(key);
  useKey(key);
}

export async function logOut() {
  sessionStorage.removeItem(TOKEN_ITEM);
  await forgetKey();
  caller.value = null;
}

/** @param {string} token */
function useToken(token) {
  const isDev = token.startsWith("dev:");
  caller.value = {
    kind: isDev ? "dev" : "token",
    name: isDev ? token.slice("dev:".length) : subjectOf(token),
    credential: async () => ({ authorization: `Bearer ${token}` }),
    auth: async () => ({ token }),
  };
}

/** @param {import("../net/signer.js").SigningKey} key */
function useKey(key) {
  const now = () => Date.now() + Math.round(clockAheadMs.peek());
  caller.value = {
    kind: "key",
    name: `key ${key.keyId.slice(-8)}`,
    credential: async (method, target, body) => {
      const signed = await sign(key, { method, target, body, timestampMs: now() });
      return {
        "x-api-key": signed.apiKey,
        "x-timestamp": signed.timestamp,
        "x-nonce": signed.nonce,
        "x-signature": signed.signature,
      };
    },
    auth: () => sign(key, { method: "GET", target: STREAM_TARGET, body: "", timestampMs: now() }),
  };
}

/**
 * The subject that a JWT names, for show only: the server checks it.
 * @param {string} token
 */
function subjectOf(token) {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.sub === "string" ? claims.sub : "signed in";
  } catch {
    return "signed in";
  }
}
