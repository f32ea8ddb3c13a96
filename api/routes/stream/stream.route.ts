import { createRoute } from "@hono/zod-openapi";
import { problems } from "../../schemas/problem.ts";

export const streamRoute = createRoute({
  method: "get",
  path: "/ws",
  operationId: "openStream",
  tags: ["markets"],
  summary: "The WebSocket: books, trades, tickers, candles, own orders",
  description:
    "Asked for with `Upgrade: websocket`. Its messages are described by the AsyncAPI document at `/asyncapi.json`.",
  responses: {
    101: { description: "The connection is a WebSocket now" },
    ...problems(426, 429, 500),
  },
});
export type StreamRoute = typeof streamRoute;
