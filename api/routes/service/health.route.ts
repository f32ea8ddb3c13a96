import { createRoute, z } from "@hono/zod-openapi";
import { json } from "../../schemas/responses.ts";

export const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["service"],
  summary: "The process runs",
  responses: {
    200: json("It runs", z.object({ status: z.literal("ok"), version: z.string() }).openapi("Health")),
  },
});
export type HealthRoute = typeof healthRoute;

const readinessSchema = z
  .object({
    status: z.enum(["ready", "not ready"]),
    services: z.record(z.string(), z.enum(["ok", "degraded", "unavailable"])).openapi({
      description: "`degraded`: to be looked at, while requests are served as ever.",
      example: { database: "ok", redis: "ok", rabbitmq: "ok" },
    }),
  })
  .openapi("Readiness");

export const readyRoute = createRoute({
  method: "get",
  path: "/ready",
  operationId: "getReadiness",
  tags: ["service"],
  summary: "The process and everything it needs can be used",
  responses: { 200: json("Ready", readinessSchema), 503: json("Not ready", readinessSchema) },
});
export type ReadyRoute = typeof readyRoute;
