import type { CallerHeaders } from "./credentials.ts";

export interface RetryOptions {
  /** How long one call is tried for, milliseconds. 0: one attempt. */
  readonly giveUpAfterMs: number;
  /** How long one attempt may take, milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly fetch: typeof fetch;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * `fetch` that signs every attempt anew and repeats what may be repeated. A command carries one
 * Idempotency-Key over all its attempts, so it takes effect once and gets one answer.
 *
 * Repeated: a lost connection or no answer in time, 429, 503, a key that is in flight (409), and a 202 PENDING
 * of a command whose result was asked for: the same key asks for the outcome again. What comes last is
 * returned, or thrown where no attempt was answered. A call that is not safe to repeat has one attempt.
 */
export function retryingFetch(caller: CallerHeaders, options: RetryOptions): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = new Uint8Array(await request.arrayBuffer());
    const { method, signal, url } = request;
    const { pathname, search } = new URL(url);
    const headers = new Headers(request.headers);
    if (isCommand(method, pathname) && !headers.has("idempotency-key")) {
      headers.set("idempotency-key", crypto.randomUUID());
    }
    const isSafe = method === "GET" || headers.has("idempotency-key");
    const giveUpAt = Date.now() + (isSafe ? options.giveUpAfterMs : 0);
    const waitsForOutcome = !asksOnlyForAcceptance(body);

    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const attempt = new Headers(headers);
      const named = await caller({ method, target: pathname + search, body });
      for (const [name, value] of Object.entries(named)) attempt.set(name, value);
      const answer = await options
        .fetch(url, {
          method,
          headers: attempt,
          redirect: "error",
          signal: AbortSignal.any([signal, AbortSignal.timeout(options.attemptTimeoutMs)]),
          ...(method === "GET" ? {} : { body }),
        })
        .catch((error: unknown) => error);
      signal.throwIfAborted();
      const pause = answer instanceof Response ? retryAfterMs(answer, pauseMs) : pauseMs;
      const isFinal = answer instanceof Response && !(await isAskedAgain(answer, waitsForOutcome));
      if (isFinal || Date.now() + pause >= giveUpAt) {
        if (answer instanceof Response) return answer;
        throw answer;
      }
      if (answer instanceof Response) await answer.body?.cancel();
      await pausing(pause, signal);
    }
  };
}

/** Calls that take an Idempotency-Key. */
function isCommand(method: string, path: string): boolean {
  return method !== "GET" && !path.endsWith("/orders/test") && !path.includes("/api-keys");
}

async function isAskedAgain(answer: Response, waitsForOutcome: boolean): Promise<boolean> {
  if (answer.status === 202) return waitsForOutcome;
  if (answer.status !== 409) return answer.status === 429 || answer.status === 503;
  const problem = (await answer
    .clone()
    .json()
    .catch(() => null)) as { code?: unknown } | null;
  return problem?.code === "IDEMPOTENCY_KEY_IN_FLIGHT";
}

function asksOnlyForAcceptance(body: Uint8Array): boolean {
  return /"responseType"\s*:\s*"ACK"/.test(new TextDecoder().decode(body));
}

/** What `Retry-After` asks for, but not less than the pause that is due anyway. */
function retryAfterMs(answer: Response, pauseMs: number): number {
  const seconds = Number(answer.headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.max(pauseMs, seconds * 1_000) : pauseMs;
}

function pausing(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
  });
}
