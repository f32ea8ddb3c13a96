import { createPublicKey } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { RouteHandler } from "@hono/zod-openapi";
import type { ApiKeyRecord } from "../../auth/api-key.ts";
import { REVOKED_AFTER_MS } from "../../auth/api-key-directory.ts";
import { caller } from "../../auth/middleware.ts";
import type { Principal, Scope } from "../../auth/principal.ts";
import { ed25519Key } from "../../auth/signed-requests.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { newId } from "../../convert/ids.ts";
import { isoTime } from "../../convert/order-body.ts";
import { type FieldFault, ProblemError, problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import type { ApiKeyBody, CreateApiKey } from "../../schemas/api-key.ts";
import type { CreateApiKeyRoute, ListApiKeysRoute, RevokeApiKeyRoute } from "./api-keys.route.ts";

const MOST_PER_USER = 50;
const SECRET_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;

export function createApiKeyHandler(services: ApiServices): RouteHandler<CreateApiKeyRoute, AppEnv> {
  return async (context) => {
    const principal = caller(context);
    const body = context.req.valid("json");
    refuseBeyond(principal, body.scopes);
    const nowMs = services.clock.nowMs();
    const { expiresAt } = body;
    if (expiresAt !== undefined && expiresAt <= nowMs) throw invalid("/expiresAt", "a time to come");
    const keyId = newId(services, 0);
    const { material, secret } = materialOf(services, keyId, body);
    const key: ApiKeyRecord = {
      keyId,
      userId: principal.userId,
      name: body.name,
      kind: body.kind,
      material,
      scopes: body.scopes,
      addresses: body.addresses ?? [],
      createdAtMs: nowMs,
      expiresAtMs: expiresAt ?? null,
      revokedAtMs: null,
    };
    const added = await services.apiKeys.add(key, MOST_PER_USER);
    if (!added) {
      return refuse<CreateApiKeyRoute>(problem("TOO_MANY_API_KEYS", { detail: `at most ${MOST_PER_USER}` }));
    }
    services.logger.info({ userId: key.userId, keyId, kind: key.kind }, "an API key was made");
    return context.json({ apiKey: bodyOf(key), secret }, 201);
  };
}

export function listApiKeysHandler(services: ApiServices): RouteHandler<ListApiKeysRoute, AppEnv> {
  return async (context) => {
    const keys = await services.apiKeys.ofUser(caller(context).userId);
    return context.json({ apiKeys: keys.map(bodyOf) }, 200);
  };
}

export function revokeApiKeyHandler(services: ApiServices): RouteHandler<RevokeApiKeyRoute, AppEnv> {
  return async (context) => {
    const principal = caller(context);
    const { keyId } = context.req.valid("param");
    const [key] = await services.apiKeys.find([keyId]);
    if (key === undefined || key.userId !== principal.userId) {
      return refuse<RevokeApiKeyRoute>(problem("API_KEY_NOT_FOUND"));
    }
    refuseBeyond(principal, key.scopes);
    await services.apiKeys.revoke(keyId);
    // What every process has read of it before is over by then: what is told as revoked counts nowhere.
    await pause(REVOKED_AFTER_MS);
    services.logger.info({ userId: key.userId, keyId }, "an API key was revoked");
    const revokedAtMs = key.revokedAtMs ?? services.clock.nowMs();
    return context.json(bodyOf({ ...key, revokedAtMs }), 200);
  };
}

/** A caller gives and takes away only what they have. */
function refuseBeyond(principal: Principal, scopes: readonly Scope[]): void {
  const missing = scopes.find((scope) => !principal.scopes.has(scope));
  if (missing !== undefined) throw new ProblemError("FORBIDDEN", { detail: `needs scope ${missing}` });
}

function materialOf(
  services: Pick<ApiServices, "secretBox" | "random">,
  keyId: string,
  { kind, publicKey }: CreateApiKey,
): { readonly material: Uint8Array; readonly secret: string | null } {
  if (kind === "ED25519") {
    if (publicKey === undefined) throw invalid("/publicKey", "an ED25519 key needs its public key");
    return { material: publicKeyBytes(publicKey), secret: null };
  }
  if (publicKey !== undefined) throw invalid("/publicKey", "an HMAC_SHA256 key has none");
  if (!services.secretBox.canSeal) throw new ProblemError("HMAC_NOT_CONFIGURED");
  const secret = Buffer.from(services.random(SECRET_BYTES)).toString("base64url");
  return { material: services.secretBox.seal(Buffer.from(secret, "utf8"), keyId), secret };
}

/** The 32 bytes of a public key in base64 or PEM. */
function publicKeyBytes(text: string): Uint8Array {
  try {
    const raw = Buffer.from(text, "base64");
    const key =
      raw.length === PUBLIC_KEY_BYTES && raw.toString("base64") === text
        ? ed25519Key(raw)
        : createPublicKey({ key: text, format: "pem" });
    if (key.asymmetricKeyType === "ed25519") {
      return key.export({ format: "der", type: "spki" }).subarray(-PUBLIC_KEY_BYTES);
    }
  } catch {
    // Told below: what the library says of it is of no use to a caller.
  }
  throw invalid("/publicKey", "an Ed25519 public key: 32 bytes in base64, or PEM");
}

function invalid(pointer: string, detail: string): ProblemError {
  const fault: FieldFault = { pointer, code: "VALIDATION_FAILED", detail };
  return new ProblemError("VALIDATION_FAILED", { errors: [fault] });
}

function bodyOf(key: ApiKeyRecord): ApiKeyBody {
  const timeOrNull = (ms: number | null) => (ms === null ? null : isoTime(ms));
  return {
    keyId: key.keyId,
    name: key.name,
    kind: key.kind,
    publicKey: key.kind === "ED25519" ? Buffer.from(key.material).toString("base64") : null,
    scopes: [...key.scopes],
    addresses: [...key.addresses],
    createdAt: isoTime(key.createdAtMs),
    expiresAt: timeOrNull(key.expiresAtMs),
    revokedAt: timeOrNull(key.revokedAtMs),
  };
}
