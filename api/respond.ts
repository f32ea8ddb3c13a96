import type { RouteConfig, RouteConfigToTypedResponse } from "@hono/zod-openapi";
import type { Answer } from "./commands/answer.ts";
import type { OnceAnswer } from "./idempotency/once.ts";
import { PROBLEM_MEDIA_TYPE, type Problem, problemResponse } from "./problem.ts";

/**
 * An answer as a response. Its status and body are known when it is given, not when it is compiled;
 * the cast is the one place that says so, and the tests compare answers with the document.
 */
export function respond<R extends RouteConfig>(
  answer: Answer | OnceAnswer,
  headers: Readonly<Record<string, string>> = {},
): RouteConfigToTypedResponse<R> {
  const isProblem = answer.status >= 400;
  const response = new Response(JSON.stringify(answer.body), {
    status: answer.status,
    headers: {
      "content-type": isProblem ? PROBLEM_MEDIA_TYPE : "application/json",
      ...("replayed" in answer && answer.replayed ? { "idempotency-replayed": "true" } : {}),
      ...(answer.status === 503 ? { "retry-after": "1" } : {}),
      ...headers,
    },
  });
  return response as unknown as RouteConfigToTypedResponse<R>;
}

/** A problem as a response of a typed route. */
export function refuse<R extends RouteConfig>(
  body: Problem,
  headers: Readonly<Record<string, string>> = {},
): RouteConfigToTypedResponse<R> {
  return problemResponse(body, headers) as unknown as RouteConfigToTypedResponse<R>;
}
