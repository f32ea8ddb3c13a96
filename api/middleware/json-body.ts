import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { ProblemError } from "../problem.ts";
import type { BodyLimits } from "./body-limits.ts";
import { rawBody } from "./raw-body.ts";

const JSON_MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads the body of a request whose route takes JSON, within its limits. Each fault has its own
 * code: 415, 413, 408, 400. What it read is what the validators and `c.req.text()` see.
 */
export function jsonBody(limits: BodyLimits): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const request = context.req;
    const contentType = request.header("content-type") ?? "";
    if (!JSON_MEDIA_TYPE.test(contentType.trim())) {
      throw new ProblemError("UNSUPPORTED_MEDIA_TYPE", { detail: "send Content-Type: application/json" });
    }
    const text = decode(await rawBody(context, limits));
    // hono awaits what is cached there, though its types promise a plain string.
    request.bodyCache.text = Promise.resolve(text) as unknown as string;
    await next();
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ProblemError("MALFORMED_JSON", { detail: "the body is not UTF-8" }, {}, { cause });
  }
}
