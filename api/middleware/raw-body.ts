import type { AppContext } from "../context.ts";
import { ProblemError } from "../problem.ts";
import type { BodyLimits } from "./body-limits.ts";

/**
 * The bytes of a request's body as they came, read once and kept with the request. Throws a
 * ProblemError where there are more than `maxBytes`, whatever Content-Length says, or where they
 * take longer than the time given: a body that drips in must not hold a handler for ever.
 */
export async function rawBody(context: AppContext, limits: BodyLimits): Promise<Uint8Array> {
  const kept = context.get("rawBody");
  if (kept !== undefined) {
    if (kept.byteLength > limits.maxBytes) throw tooLarge(limits.maxBytes);
    return kept;
  }
  const declared = Number(context.req.header("content-length") ?? Number.NaN);
  if (declared > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const bytes = await withinTime(limits.timeoutMs, () =>
    // A server hands on no more than the length declared; without one the stream is counted.
    Number.isNaN(declared)
      ? readUpTo(context.req.raw.body, limits.maxBytes)
      : context.req.raw.arrayBuffer().then((buffer) => new Uint8Array(buffer)),
  );
  context.set("rawBody", bytes);
  return bytes;
}

async function readUpTo(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function withinTime(timeoutMs: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = `the body did not come whole within ${timeoutMs / 1_000} s`;
      reject(new ProblemError("REQUEST_TIMEOUT", { detail }, { connection: "close" }));
    }, timeoutMs);
  });
  const reading = read();
  // After the time is over nobody waits for it any more.
  reading.catch(() => undefined);
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError("BODY_TOO_LARGE", { detail: `at most ${maxBytes} bytes` });
}
