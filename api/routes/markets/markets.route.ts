import { createRoute, z } from "@hono/zod-openapi";
import { limitSchema, timeSchema } from "../../schemas/fields.ts";
import { candlesSchema, depthSchema, marketTradesSchema } from "../../schemas/market.ts";
import { problems } from "../../schemas/problem.ts";
import { json } from "../../schemas/responses.ts";
import { candleIntervalSchema } from "../../schemas/stream-fields.ts";
import { tickerSchema } from "../../schemas/stream-market.ts";
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

export const tickerRoute = createRoute({
  method: "get",
  path: "/markets/{symbol}/ticker",
  operationId: "getTicker",
  tags: ["markets"],
  summary: "Figures of the last 24 hours, and the best prices",
  description: "The 24 hours roll by the minute: the minute that runs and the 1,439 before it.",
  request: { params: symbolParams },
  responses: { 200: json("The figures", tickerSchema), ...problems(400, 404, 500, 503) },
});
export type TickerRoute = typeof tickerRoute;

const MAX_CANDLES = 1_000;

export const candlesRoute = createRoute({
  method: "get",
  path: "/markets/{symbol}/candles",
  operationId: "getCandles",
  tags: ["markets"],
  summary: "Candles, oldest first",
  description: `Every interval is there: one in which nothing was traded stands at the last price before it, with no volume; before a market's first trade its prices are null. Of a longer window the newest \`limit\` (at most ${MAX_CANDLES}). Seconds go back two days.`,
  request: {
    params: symbolParams,
    query: z.strictObject({
      interval: candleIntervalSchema,
      from: timeSchema.optional().openapi({ description: "Candles that begin then or later." }),
      to: timeSchema.optional().openapi({ description: "Candles that begin before; default: now." }),
      limit: limitSchema(500, MAX_CANDLES),
    }),
  },
  responses: { 200: json("The candles", candlesSchema), ...problems(400, 404, 500, 503) },
});
export type CandlesRoute = typeof candlesRoute;
