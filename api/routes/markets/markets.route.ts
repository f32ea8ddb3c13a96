import { createRoute, z } from "@hono/zod-openapi";
import { limitSchema } from "../../schemas/fields.ts";
import { depthSchema, marketTradesSchema } from "../../schemas/market.ts";
import { problems } from "../../schemas/problem.ts";
import { json } from "../../schemas/responses.ts";
import { symbolParams } from "../symbols/symbols.route.ts";

export const depthRoute = createRoute({
  method: "get",
  path: "/markets/{symbol}/depth",
  operationId: "getDepth",
  tags: ["markets"],
  summary: "The book, best prices first",
  description: "Never older than what this process has told of the symbol's orders.",
  request: { params: symbolParams, query: z.strictObject({ limit: limitSchema(100, 1_000) }) },
  responses: { 200: json("The book", depthSchema), ...problems(400, 404, 500, 503) },
});
export type DepthRoute = typeof depthRoute;

export const marketTradesRoute = createRoute({
  method: "get",
  path: "/markets/{symbol}/trades",
  operationId: "getMarketTrades",
  tags: ["markets"],
  summary: "The latest trades, newest first",
  request: { params: symbolParams, query: z.strictObject({ limit: limitSchema(50, 1_000) }) },
  responses: { 200: json("The trades", marketTradesSchema), ...problems(400, 404, 500, 503) },
});
export type MarketTradesRoute = typeof marketTradesRoute;
