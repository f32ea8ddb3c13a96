import type { RouteHandler } from "@hono/zod-openapi";
import { formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { BookLevel, Depth } from "../../../engine/ports.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { isoTime } from "../../convert/order-body.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import type { SymbolFeed } from "../../stream/market/symbol-feed.ts";
import { tradeBody } from "../../stream/market/trades-content.ts";
import { symbolOfPath } from "../symbols/symbols.handler.ts";
import type { DepthRoute, MarketTradesRoute, TickerRoute } from "./markets.route.ts";

/** How long a read of the book waits for what its reader has been told already. */
const READ_YOUR_WRITES_MS = 100;
const PAUSE_MS = 2;
/** How long the first read of a market waits until this process knows it. */
const KNOWN_WITHIN_MS = 3_000;
const UNAVAILABLE = { "retry-after": "1" } as const;

export function depthHandler(services: ApiServices): RouteHandler<DepthRoute, AppEnv> {
  return async (context) => {
    const { spec } = await symbolOfPath(services, context.req.valid("param").symbol);
    const { limit } = context.req.valid("query");
    const depth = await caughtUp(services, spec.symbol, () => depthOf(services, spec, limit));
    if (depth === null) return refuse<DepthRoute>(problem("MARKET_DATA_UNAVAILABLE"), UNAVAILABLE);
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
    const { limit } = context.req.valid("query");
    const feed = await known(services, spec, (market) => market.tape.isReady);
    if (feed === null) return refuse<MarketTradesRoute>(problem("MARKET_DATA_UNAVAILABLE"), UNAVAILABLE);
    await caughtUp(services, spec.symbol, async () => feed.book.place);
    const newestFirst = [...feed.tape.recent(limit)].reverse();
    return context.json(
      { symbol: spec.name, trades: newestFirst.map((trade) => tradeBody(trade, spec)) },
      200,
    );
  };
}

export function tickerHandler(services: ApiServices): RouteHandler<TickerRoute, AppEnv> {
  return async (context) => {
    const { spec } = await symbolOfPath(services, context.req.valid("param").symbol);
    const feed = await known(services, spec, (market) => market.tickerBody() !== null);
    if (feed !== null) await caughtUp(services, spec.symbol, async () => feed.book.place);
    const body = feed?.tickerBody() ?? null;
    if (body === null) return refuse<TickerRoute>(problem("MARKET_DATA_UNAVAILABLE"), UNAVAILABLE);
    return context.json(body, 200);
  };
}

/** The cache's book; while it has none (emptied, say), this process's own copy, which goes on without it. */
async function depthOf(services: ApiServices, spec: SymbolSpec, limit: number): Promise<Depth | null> {
  const own = services.market.feed(spec).book;
  const cached = await services.marketData.depth(spec.symbol, limit).catch((error: unknown) => {
    if (own.place === null) throw error;
    return null;
  });
  if (cached !== null || own.place === null) return cached;
  return { ...own.place, bids: own.bids.top(limit), asks: own.asks.top(limit) };
}

/** The market, once this process knows enough of it; null after a bounded wait. */
async function known(
  services: ApiServices,
  spec: SymbolSpec,
  isKnown: (feed: SymbolFeed) => boolean,
): Promise<SymbolFeed | null> {
  const feed = services.market.feed(spec);
  const deadline = services.clock.nowMs() + KNOWN_WITHIN_MS;
  while (!isKnown(feed)) {
    if (services.clock.nowMs() >= deadline) return null;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return feed;
}

/**
 * What is read of a symbol, no older than what this process has told of it. Not every command that is
 * told of changes the book: what has not come after the wait is not waited for again.
 */
async function caughtUp<T extends { readonly sequence: number }>(
  services: ApiServices,
  symbol: number,
  read: () => Promise<T | null>,
): Promise<T | null> {
  const told = services.told.last(symbol);
  const deadline = services.clock.nowMs() + READ_YOUR_WRITES_MS;
  for (;;) {
    const found = await read();
    if (found !== null && found.sequence >= told) return found;
    if (services.clock.nowMs() >= deadline) {
      if (found !== null) services.told.forget(symbol, told);
      return found;
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
