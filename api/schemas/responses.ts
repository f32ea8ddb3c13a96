import type { z } from "@hono/zod-openapi";

/** Parts of route definitions that many routes share. */

const JSON_TYPE = "application/json";

/** One entry of `responses`. */
export function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { [JSON_TYPE]: { schema } } };
}

/** A request body that must be there. */
export function jsonBodyOf<T extends z.ZodType>(schema: T) {
  return { required: true, content: { [JSON_TYPE]: { schema } } };
}

/** `security` of every route that names its caller. */
export const CALLER = [{ bearer: [] }, { apiKey: [], timestamp: [], nonce: [], signature: [] }];

/** `security` of what API keys may not do. */
export const TOKEN_CALLER = [{ bearer: [] }];
