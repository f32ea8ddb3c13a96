import { createRoute, z } from "@hono/zod-openapi";
import { requireScope, requireToken } from "../../auth/middleware.ts";
import type { ApiSettings } from "../../context.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import {
  apiKeyListSchema,
  apiKeySchema,
  createApiKeySchema,
  createdApiKeySchema,
} from "../../schemas/api-key.ts";
import { idSchema } from "../../schemas/fields.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json, jsonBodyOf, TOKEN_CALLER } from "../../schemas/responses.ts";

export const createApiKeyRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/api-keys",
    operationId: "createApiKey",
    tags: ["api keys"],
    summary: "Make an API key",
    description:
      "The key can do no more than the caller's token, and an API key cannot make another. Takes no Idempotency-Key: a secret is kept nowhere that it could be given from again.",
    security: TOKEN_CALLER,
    middleware: [requireScope("read"), requireToken, jsonBody(body)] as const,
    request: { body: jsonBodyOf(createApiKeySchema) },
    responses: {
      201: json("The key, and with HMAC_SHA256 its secret", createdApiKeySchema),
      ...problems(400, 401, 403, 413, 415, 422, 500, 503),
    },
  });
export type CreateApiKeyRoute = ReturnType<typeof createApiKeyRoute>;

export const listApiKeysRoute = createRoute({
  method: "get",
  path: "/api-keys",
  operationId: "listApiKeys",
  tags: ["api keys"],
  summary: "The caller's API keys, newest first",
  description: "Without those that were revoked, and without any secret.",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  responses: { 200: json("The keys", apiKeyListSchema), ...problems(401, 403, 500, 503) },
});
export type ListApiKeysRoute = typeof listApiKeysRoute;

export const revokeApiKeyRoute = createRoute({
  method: "delete",
  path: "/api-keys/{keyId}",
  operationId: "revokeApiKey",
  tags: ["api keys"],
  summary: "Revoke an API key",
  description:
    "For ever. Answered after a second, when no process takes the key any more. Needs a token with all that the key may do.",
  security: TOKEN_CALLER,
  middleware: [requireScope("read"), requireToken] as const,
  request: { params: z.object({ keyId: idSchema.openapi({ param: { name: "keyId", in: "path" } }) }) },
  responses: { 200: json("The key, revoked", apiKeySchema), ...problems(400, 401, 403, 404, 500, 503) },
});
export type RevokeApiKeyRoute = typeof revokeApiKeyRoute;
