/**
 * The public HTTP API as the tools use it: JSON in and out, and every request sent again until its
 * answer is certain. A command carries an Idempotency-Key, so that sending it again does nothing twice
 * and gives the first answer; requests of one caller are never in flight at the same time unless the
 * caller asks for it, so a retry cannot overtake what comes after it.
 */
export interface ApiClientOptions {
  /** Without a path: `http://127.0.0.1:8080`. Of several, each request goes to the next. */
  readonly urls: readonly string[];
  /** What comes after `Bearer `. */
  readonly token: string;
  /** How long one request is tried for. */
  readonly giveUpAfterMs?: number;
  /** Hears of each retry, before its pause. */
  readonly onRetry?: (reason: string, attempt: number) => void;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With the query: `/api/v1/trades?symbol=…`. */
  readonly path: string;
  readonly body?: unknown;
  /** Required on everything but GET: without one a retry could act twice. */
  readonly idempotencyKey?: string;
  /** Another caller than the client's own. */
  readonly token?: string;
  /** This address, not the next one. */
  readonly url?: string;
  /** Codes of a 5xx that are an answer here, and not asked again. */
  readonly answers?: readonly string[];
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON; null for an empty body. */
  readonly body: unknown;
}

/** No certain answer came in the time given. */
export class ApiUnreachableError extends Error {
  override readonly name = "ApiUnreachableError";
}

/** The API refused what should not be refused; `code` is the problem's. */
export class ApiRefusedError extends Error {
  override readonly name = "ApiRefusedError";
  readonly status: number;
  readonly code: string;
  constructor(what: string, answer: ApiAnswer) {
    super(`${what}: ${shownProblem(answer)}`);
    this.status = answer.status;
    this.code = problemCode(answer.body) ?? "";
  }
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const REQUEST_TIMEOUT_MS = 60_000;
const DEFAULT_GIVE_UP_AFTER_MS = 120_000;

export class ApiClient {
  readonly #options: ApiClientOptions;
  #requests = 0;

  constructor(options: ApiClientOptions) {
    if (options.urls.length === 0) throw new RangeError("an API client needs an address");
    this.#options = options;
  }

  /**
   * The certain answer: anything but a lost connection, 429, 5xx, a key in flight, or (for a command)
   * 202, which are asked again with growing pauses.
   * @throws ApiUnreachableError
   */
  async ask(request: ApiRequest, isPending: (answer: ApiAnswer) => boolean = isAccepted): Promise<ApiAnswer> {
    const giveUpAfterMs = this.#options.giveUpAfterMs ?? DEFAULT_GIVE_UP_AFTER_MS;
    const deadline = performance.now() + giveUpAfterMs;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.#send(request);
      const doubt = doubtOf(reply, isPending, request.answers ?? []);
      if (doubt === null) return reply.answer as ApiAnswer;
      const pauseMs = Math.max(
        Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS),
        reply.retryAfterMs,
      );
      if (performance.now() + pauseMs > deadline) {
        throw new ApiUnreachableError(
          `${request.method} ${request.path}: no certain answer in ${giveUpAfterMs / 1000} s (${doubt})`,
        );
      }
      this.#options.onRetry?.(doubt, attempt);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** As `ask`, with the status that is expected; another one is an ApiRefusedError. */
  async expect(status: number, request: ApiRequest): Promise<unknown> {
    const answer = await this.ask(request);
    if (answer.status !== status) throw new ApiRefusedError(`${request.method} ${request.path}`, answer);
    return answer.body;
  }

  get urls(): readonly string[] {
    return this.#options.urls;
  }

  #nextUrl(): string {
    const { urls } = this.#options;
    const url = urls[this.#requests % urls.length] as string;
    this.#requests += 1;
    return url;
  }

  async #send(request: ApiRequest): Promise<Reply> {
    const headers: Record<string, string> = {
      accept: "application/json",
      authorization: `Bearer ${request.token ?? this.#options.token}`,
    };
    if (request.idempotencyKey !== undefined) headers["idempotency-key"] = request.idempotencyKey;
    const init: RequestInit = {
      method: request.method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    };
    if (request.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(request.body);
    }
    const url = request.url ?? this.#nextUrl();
    try {
      const response = await fetch(new URL(request.path, url), init);
      const text = await response.text();
      return {
        answer: { status: response.status, body: text === "" ? null : parsed(text) },
        retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
        lost: null,
      };
    } catch (error) {
      return { answer: null, retryAfterMs: 0, lost: shownError(error) };
    }
  }
}

interface Reply {
  readonly answer: ApiAnswer | null;
  readonly retryAfterMs: number;
  readonly lost: string | null;
}

/** Why the answer is not certain, or null when it is. */
function doubtOf(
  reply: Reply,
  isPending: (answer: ApiAnswer) => boolean,
  answers: readonly string[],
): string | null {
  const { answer } = reply;
  if (answer === null) return reply.lost ?? "no answer";
  const code = problemCode(answer.body);
  if (code !== null && answers.includes(code)) return null;
  if (answer.status === 429 || answer.status >= 500) return shownProblem(answer);
  if (code === "IDEMPOTENCY_KEY_IN_FLIGHT") return shownProblem(answer);
  return isPending(answer) ? "the outcome is not known yet" : null;
}

function isAccepted(answer: ApiAnswer): boolean {
  return answer.status === 202;
}

/** The `code` of a problem document; null for anything else. */
export function problemCode(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const { code } = body as { readonly code?: unknown };
  return typeof code === "string" ? code : null;
}

/** `422 NOTIONAL_TOO_SMALL: Price × quantity is below the symbol's minimum` */
function shownProblem(answer: ApiAnswer): string {
  const { title, detail } = (answer.body ?? {}) as { readonly title?: unknown; readonly detail?: unknown };
  const words = [problemCode(answer.body) ?? "", title, detail].filter(
    (word) => typeof word === "string" && word !== "",
  );
  return `${answer.status} ${words.join(": ")}`.trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function retryAfterMs(header: string | null): number {
  return header !== null && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : 0;
}

/** fetch hides what happened in `cause`. */
function shownError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
