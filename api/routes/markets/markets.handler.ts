import type { RouteHandler } from "@hono/zod-openapi";
import { formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { BookLevel, Depth } from "../../../engine/ports.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { isoTime } from "../../convert/order-body.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import { sideName } from "../../schemas/names.ts";
import { symbolOfPath } from "../symbols/symbols.handler.ts";
import type { DepthRoute, MarketTradesRoute } from "./markets.route.ts";

/** How long a read of the book waits for what its reader has been told already. */
const READ_YOUR_WRITES_MS = 100;
const PAUSE_MS = 2;

export function depthHandler(services: ApiServices): RouteHandler<DepthRoute, AppEnv> {
  return async (context) => {
    const { spec } = await symbolOfPath(services, context.req.valid("param").symbol);
    const depth = await caughtUp(services, spec.symbol, context.req.valid("query").limit);
    if (depth === null) return refuse<DepthRoute>(problem("MARKET_DATA_UNAVAILABLE"), { "retry-after": "1" });
    const body = {
      symbol: spec.name,
      sequence: depth.sequence,
      time: isoTime(depth.timeMs),
      bids: depth.bids.map((level) => levelBody(level, spec)),
      asks: depth.asks.map((level) => levelBody(level, spec)),
    };
    return context.json(body, 200);
  };
}

export function marketTradesHandler(services: ApiServices): RouteHandler<MarketTradesRoute, AppEnv> {
  return async (context) => {
    const { spec } = await symbolOfPath(services, context.req.valid("param").symbol);
    await caughtUp(services, spec.symbol, 1);
    const trades = await services.marketData.recentTrades(spec.symbol, context.req.valid("query").limit);
    const body = {
      symbol: spec.name,
      trades: trades.map((trade) => ({
        tradeId: trade.tradeId,
        price: formatUnits(trade.price, spec.priceStep),
        quantity: formatUnits(trade.quantity, spec.quantityStep),
        takerSide: sideName(trade.takerSide),
        executedAt: isoTime(trade.executedAtMs),
      })),
    };
    return context.json(body, 200);
  };
}

/**
 * The book, no older than what this process has told of it. Not every command that is told of
 * changes the book: what has not come after the wait is not waited for again.
 */
async function caughtUp(services: ApiServices, symbol: number, limit: number): Promise<Depth | null> {
  const told = services.told.last(symbol);
  const deadline = services.clock.nowMs() + READ_YOUR_WRITES_MS;
  for (;;) {
    const depth = await services.marketData.depth(symbol, limit);
    if (depth !== null && depth.sequence >= told) return depth;
    if (services.clock.nowMs() >= deadline) {
      if (depth !== null) services.told.forget(symbol, told);
      return depth;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function levelBody(level: BookLevel, spec: SymbolSpec) {
  return {
    price: formatUnits(level.price, spec.priceStep),
    quantity: formatUnits(level.quantity, spec.quantityStep),
    orders: level.orders,
  };
}
