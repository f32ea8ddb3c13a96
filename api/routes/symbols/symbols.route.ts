import { createRoute, z } from "@hono/zod-openapi";
import { timeOut } from "../../schemas/amount.ts";
import { symbolPathSchema } from "../../schemas/fields.ts";
import { symbolBodySchema } from "../../schemas/market.ts";
import { problems } from "../../schemas/problem.ts";
import { json } from "../../schemas/responses.ts";

export const symbolParams = z.object({ symbol: symbolPathSchema });

export const listSymbolsRoute = createRoute({
  method: "get",
  path: "/symbols",
  operationId: "listSymbols",
  tags: ["symbols"],
  summary: "The pairs, with their steps, limits and status",
  responses: {
    200: json("Every pair", z.object({ symbols: z.array(symbolBodySchema) }).openapi("Symbols")),
    ...problems(500, 503),
  },
});
export type ListSymbolsRoute = typeof listSymbolsRoute;

export const getSymbolRoute = createRoute({
  method: "get",
  path: "/symbols/{symbol}",
  operationId: "getSymbol",
  tags: ["symbols"],
  summary: "One pair",
  request: { params: symbolParams },
  responses: { 200: json("The pair", symbolBodySchema), ...problems(400, 404, 500, 503) },
});
export type GetSymbolRoute = typeof getSymbolRoute;

export const timeRoute = createRoute({
  method: "get",
  path: "/time",
  operationId: "getTime",
  tags: ["symbols"],
  summary: "The server's clock",
  responses: {
    200: json(
      "Now",
      z
        .object({
          time: timeOut("This process's clock."),
          epochMs: z.int().openapi({ description: "The same in milliseconds since 1970." }),
        })
        .openapi("ServerTime"),
    ),
  },
});
export type TimeRoute = typeof timeRoute;
