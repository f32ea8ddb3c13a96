import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import { idSchema, symbolSchema } from "../../schemas/fields.ts";
import { tradePageSchema } from "../../schemas/market.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json } from "../../schemas/responses.ts";
import { historyWindow } from "../orders/read.route.ts";

export const listTradesRoute = createRoute({
  method: "get",
  path: "/trades",
  operationId: "listTrades",
  tags: ["trades"],
  summary: "The caller's own trades, newest first",
  description: "Seven days by default. A trade of the caller with themselves is told once a side.",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  request: {
    query: z.strictObject({
      symbol: symbolSchema.optional(),
      orderId: idSchema.optional().openapi({ param: { name: "orderId", in: "query" } }),
      ...historyWindow,
    }),
  },
  responses: { 200: json("A page", tradePageSchema), ...problems(400, 401, 403, 422, 500, 503) },
});
export type ListTradesRoute = typeof listTradesRoute;
