import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import { groupSchema } from "../../schemas/admin.ts";
import { limitSchema } from "../../schemas/fields.ts";
import { enginesSchema, eventPageSchema } from "../../schemas/operations.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json } from "../../schemas/responses.ts";

export const enginesRoute = createRoute({
  method: "get",
  path: "/admin/engines",
  operationId: "listEngines",
  tags: ["admin"],
  summary: "Every symbol group: who writes it, and how far it is",
  security: CALLER,
  middleware: [requireScope("admin")] as const,
  responses: { 200: json("The groups", enginesSchema), ...problems(401, 403, 500, 503) },
});
export type EnginesRoute = typeof enginesRoute;

export const eventsRoute = createRoute({
  method: "get",
  path: "/admin/events",
  operationId: "listEvents",
  tags: ["admin"],
  summary: "A group's history, command by command",
  description:
    "Out of the journal, in order, each command with the orders it touched and the trades it made. What is older than the journal's retention is not there: then the first event's sequence is above `after` + 1.",
  security: CALLER,
  middleware: [requireScope("admin")] as const,
  request: {
    query: z.strictObject({
      group: groupSchema.openapi({ param: { name: "group", in: "query" } }),
      after: z
        .string()
        .regex(/^(?:0|[1-9][0-9]{0,14})$/, "a whole number")
        .transform(Number)
        .default(0)
        .openapi({
          type: "integer",
          minimum: 0,
          maximum: 999_999_999_999_999,
          default: 0,
          description: "Only events behind this sequence.",
          param: { name: "after", in: "query" },
        }),
      limit: limitSchema(100, 1_000),
    }),
  },
  responses: { 200: json("The events", eventPageSchema), ...problems(400, 401, 403, 404, 500, 503) },
});
export type EventsRoute = typeof eventsRoute;
