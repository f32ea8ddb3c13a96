import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { UnavailableError } from "../engine/ports.ts";
import type { AppEnv } from "./context.ts";
import { faultFacts } from "./fault-log.ts";
import type { ApiLogger } from "./ports.ts";
import { ProblemError, problem, problemResponse } from "./problem.ts";
import type { ProblemCode } from "./problem-table.ts";

const UNAVAILABLE: Record<UnavailableError["dependency"], ProblemCode> = {
  database: "DATABASE_UNAVAILABLE",
  redis: "REDIS_UNAVAILABLE",
  rabbitmq: "QUEUE_UNAVAILABLE",
};

/** Everything thrown becomes a problem document; what nobody foresaw is logged, and told as no more than that. */
export function errorHandler(logger: ApiLogger): ErrorHandler<AppEnv> {
  return (error, context) => {
    if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
    if (error instanceof UnavailableError) {
      logger.warn({ requestId: context.get("requestId"), ...faultFacts(error) }, "unavailable");
      return problemResponse(problem(UNAVAILABLE[error.dependency]), { "retry-after": "1" });
    }
    if (error instanceof HTTPException) return problemResponse(problem(codeOfHttp(error)));
    logger.error(
      { requestId: context.get("requestId"), path: context.req.path, ...faultFacts(error) },
      "a request failed",
    );
    return problemResponse(problem("INTERNAL_ERROR"));
  };
}

/** zod-openapi throws these for a body that is not JSON, by its text or by its type. */
function codeOfHttp(error: HTTPException): ProblemCode {
  if (error.status === 400) return "MALFORMED_JSON";
  return error.status === 415 ? "UNSUPPORTED_MEDIA_TYPE" : "INTERNAL_ERROR";
}
