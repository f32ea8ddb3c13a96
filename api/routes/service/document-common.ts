import { problems } from "../../schemas/problem.ts";

/** What the document is made of, as far as it is touched here. */
interface Document {
  readonly paths?: Readonly<Record<string, object>> | undefined;
}

interface Operation {
  security?: readonly object[];
  readonly responses: Record<string, object>;
}

const FIELDS = {
  "RateLimit-Limit": { description: "How many may come at once.", schema: { type: "integer" } },
  "RateLimit-Remaining": { description: "How many more may come now.", schema: { type: "integer" } },
  "RateLimit-Reset": {
    description: "Seconds until all of them may come at once again.",
    schema: { type: "integer" },
  },
  "RateLimit-Policy": {
    description: "Which of the caller's limits is told of, and over how many seconds.",
    schema: { type: "string" },
  },
} as const;

const RETRY_AFTER = {
  "Retry-After": { description: "Seconds after which it may be tried again.", schema: { type: "integer" } },
} as const;

const METHODS: ReadonlySet<string> = new Set(["get", "post", "put", "patch", "delete"]);

/**
 * What every call has in common, and no route says: below the base path a credential that does not count is
 * refused even where none is needed, the call is counted and may be refused for it, and no body is waited for
 * longer than the time given; anywhere, a server on its own machine alone
 * refuses other hosts. A call that names no caller says so.
 */
export function withCommonAnswers<T extends Document>(document: T): T {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      if (!METHODS.has(method)) continue;
      operation.security ??= [];
      const { responses } = operation;
      const {
        401: nobody,
        403: forbidden,
        408: late,
        429: refused,
        500: failed,
        503: away,
      } = referring(problems(401, 403, 408, 429, 500, 503));
      responses["403"] ??= forbidden;
      if (!path.startsWith("/api/")) continue;
      responses["401"] ??= nobody;
      responses["500"] ??= failed;
      responses["503"] ??= away;
      responses["429"] = { ...refused, headers: { ...FIELDS, ...RETRY_AFTER } };
      if (method !== "get") responses["408"] = late;
      for (const [status, answer] of Object.entries(responses)) {
        if (Number(status) < 300) Object.assign(answer, { headers: { ...FIELDS, ...headersOf(answer) } });
      }
    }
  }
  return document;
}

function headersOf(answer: object): object {
  return "headers" in answer && typeof answer.headers === "object" ? (answer.headers ?? {}) : {};
}

type Common = 401 | 403 | 408 | 429 | 500 | 503;

/** The same answers, their schema named. */
function referring(answers: ReturnType<typeof problems<Common>>): Record<Common, object> {
  const named = Object.entries(answers).map(([status, { description, content }]) => {
    const { example } = content["application/problem+json"];
    const schema = { $ref: "#/components/schemas/Problem" };
    return [status, { description, content: { "application/problem+json": { schema, example } } }];
  });
  return Object.fromEntries(named) as Record<Common, object>;
}
