import type { ApiServices, App } from "../../context.ts";
import { candlesHandler } from "./candles.handler.ts";
import { depthHandler, marketTradesHandler, tickerHandler } from "./markets.handler.ts";
import { candlesRoute, depthRoute, marketTradesRoute, tickerRoute } from "./markets.route.ts";

export function mountMarkets(app: App, services: ApiServices): void {
  app.openapi(depthRoute, depthHandler(services));
  app.openapi(marketTradesRoute, marketTradesHandler(services));
  app.openapi(tickerRoute, tickerHandler(services));
  app.openapi(candlesRoute, candlesHandler(services));
}
