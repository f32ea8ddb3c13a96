import { problems } from "../../schemas/problem.ts";

/** What the document is made of, as far as it is touched here. */
interface Document {
  readonly paths?: Readonly<Record<string, object>> | undefined;
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
  "Retry-After": { description: "Seconds after which it may be tried again.", schema: { type: "integer" } },
} as const;

const METHODS: ReadonlySet<string> = new Set(["get", "post", "put", "patch", "delete"]);

/** What every call below the base path has in common, and no route says: it is counted, and may be refused for it. */
export function withLimits<T extends Document>(document: T): T {
  const { 429: refused } = problems(429);
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (!path.startsWith("/api/")) continue;
    for (const [method, operation] of Object.entries(
      item as Record<string, { responses: Record<string, object> }>,
    )) {
      if (!METHODS.has(method)) continue;
      const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
      const example = refused.content["application/problem+json"].example;
      Object.assign(operation.responses, {
        429: {
          description: refused.description,
          headers: FIELDS,
          content: { "application/problem+json": { ...content["application/problem+json"], example } },
        },
      });
    }
  }
  return document;
}
