import type { RouteHandler } from "@hono/zod-openapi";
import { formatTickLots, formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { Side } from "../../../engine/core/terms.ts";
import type { TradeRecord } from "../../../engine/ports.ts";
import { caller } from "../../auth/middleware.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { isoTime } from "../../convert/order-body.ts";
import { pageOf, windowOf } from "../../convert/page.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import type { OwnTradeBody } from "../../schemas/market.ts";
import { sideName } from "../../schemas/names.ts";
import type { ListTradesRoute } from "./trades.route.ts";

export function listTradesHandler(services: ApiServices): RouteHandler<ListTradesRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const query = context.req.valid("query");
    const listed = query.symbol === undefined ? null : await services.symbols.named(query.symbol);
    if (listed === undefined) return refuse<ListTradesRoute>(problem("UNKNOWN_SYMBOL"));
    const window = windowOf(query, services.clock.nowMs());
    const orderId = query.orderId ?? null;
    const symbol = listed?.spec.symbol ?? null;
    const records = await services.reads.trades({ ...window, userId, symbol, orderId });
    const trades: OwnTradeBody[] = [];
    for (const record of records) {
      const spec = (await services.symbols.numbered(record.symbol))?.spec;
      if (spec !== undefined) trades.push(...sidesOf(record, userId, orderId, spec));
    }
    const keyOf = (last: TradeRecord) => ({ timeMs: last.executedAtMs, id: last.tradeId });
    return context.json({ trades, nextCursor: pageOf(records, window.limit, keyOf) }, 200);
  };
}

/** The caller's side of a trade; both, where they traded with themselves. */
function sidesOf(
  record: TradeRecord,
  userId: string,
  orderId: string | null,
  spec: SymbolSpec,
): OwnTradeBody[] {
  const sides: OwnTradeBody[] = [];
  for (const side of [Side.Buy, Side.Sell]) {
    const isBuyer = side === Side.Buy;
    const own = isBuyer ? record.buyOrderId : record.sellOrderId;
    const owner = isBuyer ? record.buyerUserId : record.sellerUserId;
    if (owner !== userId || (orderId !== null && own !== orderId)) continue;
    const { priceStep, quantityStep } = spec;
    const quote = BigInt(record.price) * BigInt(record.quantity);
    sides.push({
      tradeId: record.tradeId,
      orderId: own,
      symbol: spec.name,
      side: sideName(side),
      liquidity: record.takerSide === side ? "TAKER" : "MAKER",
      price: formatUnits(record.price, priceStep),
      quantity: formatUnits(record.quantity, quantityStep),
      quoteQuantity: formatTickLots(quote, priceStep, quantityStep),
      executedAt: isoTime(record.executedAtMs),
      sequence: record.sequence,
    });
  }
  return sides;
}
