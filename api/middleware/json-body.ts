import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { ProblemError } from "../problem.ts";

const JSON_MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads the body of a request whose route takes JSON, no further than `maxBytes`, whatever
 * Content-Length says. Each fault has its own code: 415, 413, 400. What it read is what the
 * validators and `c.req.text()` see.
 */
export function jsonBody(maxBytes: number): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const request = context.req;
    const contentType = request.header("content-type") ?? "";
    if (!JSON_MEDIA_TYPE.test(contentType.trim())) {
      throw new ProblemError("UNSUPPORTED_MEDIA_TYPE", { detail: "send Content-Type: application/json" });
    }
    const declared = Number(request.header("content-length") ?? Number.NaN);
    if (declared > maxBytes) throw tooLarge(maxBytes);
    // A server hands on no more than the length declared; without one the stream is counted.
    const bytes = Number.isNaN(declared)
      ? await readUpTo(request.raw.body, maxBytes)
      : new Uint8Array(await request.raw.arrayBuffer());
    const text = decode(bytes);
    // hono awaits what is cached there, though its types promise a plain string.
    request.bodyCache.text = Promise.resolve(text) as unknown as string;
    await next();
  };
}

async function readUpTo(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return concat(chunks, size);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ProblemError("MALFORMED_JSON", { detail: "the body is not UTF-8" }, {}, { cause });
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError("BODY_TOO_LARGE", { detail: `at most ${maxBytes} bytes` });
}
