import { z } from "@hono/zod-openapi";
import { PROBLEM_MEDIA_TYPE, problem } from "../problem.ts";
import { PROBLEM_CODES, PROBLEMS, type ProblemCode, type ProblemStatus } from "../problem-table.ts";

const codeSchema = z.enum(PROBLEM_CODES).openapi("ProblemCode", {
  description: [
    "Stable name of the fault; each has one HTTP status and one meaning.",
    "",
    "| code | status | meaning |",
    "|---|---|---|",
    ...PROBLEM_CODES.map((code) => `| ${code} | ${PROBLEMS[code].status} | ${PROBLEMS[code].title} |`),
  ].join("\n"),
});

const fieldFaultSchema = z
  .object({
    pointer: z
      .string()
      .optional()
      .openapi({ description: "JSON pointer (RFC 6901) into the body.", example: "/price" }),
    parameter: z
      .string()
      .optional()
      .openapi({ description: "Name of the query or path parameter.", example: "limit" }),
    code: codeSchema,
    detail: z.string(),
  })
  .openapi("FieldFault");

export const problemSchema = z
  .object({
    type: z.string().openapi({ format: "uri-reference", example: "/problems/price-not-on-tick" }),
    title: z.string(),
    status: z.int().openapi({ example: 422 }),
    code: codeSchema,
    detail: z.string().optional(),
    orderId: z.string().optional().openapi({ format: "uuid", description: "The order in question." }),
    orderStatus: z
      .string()
      .optional()
      .openapi({ description: "With ORDER_NOT_OPEN: what became of the order." }),
    errors: z.array(fieldFaultSchema).optional(),
  })
  .openapi("Problem", { description: "RFC 9457 problem details." });

const DESCRIPTIONS: Record<ProblemStatus, string> = {
  400: "Malformed",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  408: "Too slow to arrive",
  409: "In conflict with the present state",
  413: "Body too large",
  415: "Not application/json",
  422: "Refused by a rule",
  426: "Not a WebSocket",
  429: "Too many requests",
  500: "Fault of the server",
  503: "Not available now",
};

/** Example of each status in the document. */
const EXAMPLES: Record<ProblemStatus, ProblemCode> = {
  400: "VALIDATION_FAILED",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "ORDER_NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  408: "REQUEST_TIMEOUT",
  409: "ORDER_NOT_OPEN",
  413: "BODY_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "PRICE_NOT_ON_TICK",
  426: "WEBSOCKET_EXPECTED",
  429: "RATE_LIMITED",
  500: "INTERNAL_ERROR",
  503: "NOT_PLACED",
};

/** `responses` entries of a route for these statuses, each a problem document. */
export function problems<const S extends ProblemStatus>(...statuses: readonly S[]) {
  const entries = statuses.map((status) => [
    status,
    {
      description: DESCRIPTIONS[status],
      content: {
        [PROBLEM_MEDIA_TYPE]: { schema: problemSchema, example: problem(EXAMPLES[status]) },
      },
    },
  ]);
  return Object.fromEntries(entries) as Record<
    S,
    {
      description: string;
      content: { [PROBLEM_MEDIA_TYPE]: { schema: typeof problemSchema; example: unknown } };
    }
  >;
}
