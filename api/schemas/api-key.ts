import { z } from "@hono/zod-openapi";
import { API_KEY_KINDS } from "../auth/api-key.ts";
import { SCOPES } from "../auth/principal.ts";
import { isAddressOrNetwork } from "../middleware/client-address.ts";
import { timeOut } from "./amount.ts";
import { idOut, timeSchema } from "./fields.ts";

const scopeSchema = z.enum(SCOPES).openapi("Scope", {
  description:
    "read: the caller's own orders and trades. trade: placing and changing orders. admin: for operators.",
});

const kindSchema = z.enum(API_KEY_KINDS).openapi("ApiKeyKind", {
  description:
    "ED25519 (the better one): you keep the private key, this API knows the public one only. HMAC_SHA256: a secret that both know, shown once.",
});

const PUBLIC_KEY_EXAMPLE = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

export const createApiKeySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[ -~\u00a0-\uffff]{1,64}$/, "1 to 64 printable characters")
      .openapi({ description: "For people: what uses the key.", example: "market maker 1" }),
    kind: kindSchema,
    publicKey: z.string().max(200).optional().openapi({
      description: "With ED25519: the public key, 32 bytes in base64, or as PEM.",
      example: PUBLIC_KEY_EXAMPLE,
    }),
    scopes: z
      .array(scopeSchema)
      .min(1)
      .max(SCOPES.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, "each scope once")
      .openapi({ description: "None that the caller does not have.", example: ["read", "trade"] }),
    addresses: z
      .array(z.string().max(64).refine(isAddressOrNetwork, "an address, or a network as in 203.0.113.0/24"))
      .max(50)
      .optional()
      .openapi({
        description: "Where requests may come from; anywhere by default.",
        example: ["203.0.113.0/24"],
      }),
    expiresAt: timeSchema.optional().openapi({ description: "When the key ends; never by default." }),
  })
  .openapi("CreateApiKey", {
    example: {
      name: "market maker 1",
      kind: "ED25519",
      publicKey: PUBLIC_KEY_EXAMPLE,
      scopes: ["read", "trade"],
      addresses: ["203.0.113.0/24"],
    },
  });
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeySchema = z
  .object({
    keyId: idOut("Goes into X-API-Key."),
    name: z.string().openapi({ example: "market maker 1" }),
    kind: kindSchema,
    publicKey: z
      .string()
      .nullable()
      .openapi({ description: "Base64; null with HMAC_SHA256.", example: PUBLIC_KEY_EXAMPLE }),
    scopes: z.array(scopeSchema),
    addresses: z.array(z.string()).openapi({ example: ["203.0.113.0/24"] }),
    createdAt: timeOut("When it was made."),
    expiresAt: z.string().nullable().openapi({ format: "date-time", description: "Null: never." }),
    revokedAt: z.string().nullable().openapi({ format: "date-time", description: "Null while it counts." }),
  })
  .openapi("ApiKey");
export type ApiKeyBody = z.infer<typeof apiKeySchema>;

export const createdApiKeySchema = z
  .object({
    apiKey: apiKeySchema,
    secret: z.string().nullable().openapi({
      description: "With HMAC_SHA256: the secret, whose characters are the key of the HMAC. Not shown again.",
      example: null,
    }),
  })
  .openapi("CreatedApiKey");

export const apiKeyListSchema = z.object({ apiKeys: z.array(apiKeySchema) }).openapi("ApiKeyList");
