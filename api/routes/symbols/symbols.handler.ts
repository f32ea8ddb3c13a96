import type { RouteHandler } from "@hono/zod-openapi";
import type { ApiServices, AppEnv } from "../../context.ts";
import { isoTime } from "../../convert/order-body.ts";
import { symbolBody } from "../../convert/symbol-body.ts";
import type { ListedSymbol } from "../../ports.ts";
import { ProblemError } from "../../problem.ts";
import type { GetSymbolRoute, ListSymbolsRoute, TimeRoute } from "./symbols.route.ts";

/** `BTC-USDT` of a path → the pair; throws SYMBOL_NOT_FOUND. */
export async function symbolOfPath(
  services: Pick<ApiServices, "symbols">,
  path: string,
): Promise<ListedSymbol> {
  const listed = await services.symbols.named(path.replace("-", "/"));
  if (listed === undefined) throw new ProblemError("SYMBOL_NOT_FOUND");
  return listed;
}

export function listSymbolsHandler(services: ApiServices): RouteHandler<ListSymbolsRoute, AppEnv> {
  return async (context) => context.json({ symbols: (await services.symbols.all()).map(symbolBody) }, 200);
}

export function getSymbolHandler(services: ApiServices): RouteHandler<GetSymbolRoute, AppEnv> {
  return async (context) => {
    const { symbol } = context.req.valid("param");
    return context.json(symbolBody(await symbolOfPath(services, symbol)), 200);
  };
}

export function timeHandler(services: ApiServices): RouteHandler<TimeRoute, AppEnv> {
  return (context) => {
    const epochMs = services.clock.nowMs();
    return context.json({ time: isoTime(epochMs), epochMs }, 200);
  };
}
