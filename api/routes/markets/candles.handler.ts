import type { RouteHandler } from "@hono/zod-openapi";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { CANDLE_INTERVALS } from "../../schemas/stream-fields.ts";
import type { CandleBody } from "../../schemas/stream-market.ts";
import { candleBody } from "../../stream/market/candle-series.ts";
import { type Traded, tradedOf } from "../../stream/market/traded.ts";
import { symbolOfPath } from "../symbols/symbols.handler.ts";
import type { CandlesRoute } from "./markets.route.ts";

/** How far back the last price before the first candle is looked for. */
const LOOK_BACK_MS = 30 * 86_400_000;

export function candlesHandler(services: ApiServices): RouteHandler<CandlesRoute, AppEnv> {
  return async (context) => {
    const { spec } = await symbolOfPath(services, context.req.valid("param").symbol);
    const { interval, from, to, limit } = context.req.valid("query");
    const intervalMs = CANDLE_INTERVALS[interval] * 1_000;
    const endMs = firstAtOrAfter(to ?? services.clock.nowMs() + 1, intervalMs);
    const startMs = Math.max(firstAtOrAfter(from ?? 0, intervalMs), endMs - limit * intervalMs, 0);
    const candles = await candlesOf(services, spec, intervalMs, startMs, endMs);
    return context.json({ symbol: spec.name, interval, candles }, 200);
  };
}

/** Every candle that begins in [startMs, endMs). */
async function candlesOf(
  { market }: ApiServices,
  spec: SymbolSpec,
  intervalMs: number,
  startMs: number,
  endMs: number,
): Promise<CandleBody[]> {
  if (endMs <= startMs) return [];
  const query = { symbol: spec.name, intervalSeconds: intervalMs / 1_000 };
  const limit = (endMs - startMs) / intervalMs;
  const found = await market.candles({ ...query, fromMs: startMs, toMs: endMs, limit });
  const byTime = new Map<number, Traded>(
    found.map((candle) => [candle.openTimeMs, tradedOf(candle, spec)] as const),
  );
  let lastPrice: number | null = null;
  if (!byTime.has(startMs)) {
    const fromMs = Math.max(0, startMs - LOOK_BACK_MS);
    const [before] = await market.candles({ ...query, fromMs, toMs: startMs, limit: 1 });
    if (before !== undefined) lastPrice = tradedOf(before, spec).close;
  }
  const candles: CandleBody[] = [];
  for (let openTimeMs = startMs; openTimeMs < endMs; openTimeMs += intervalMs) {
    const traded = byTime.get(openTimeMs) ?? null;
    candles.push(candleBody(openTimeMs, intervalMs, traded, lastPrice, spec));
    lastPrice = traded?.close ?? lastPrice;
  }
  return candles;
}

function firstAtOrAfter(timeMs: number, intervalMs: number): number {
  return Math.ceil(timeMs / intervalMs) * intervalMs;
}
