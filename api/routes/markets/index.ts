import type { ApiServices, App } from "../../context.ts";
import { depthHandler, marketTradesHandler } from "./markets.handler.ts";
import { depthRoute, marketTradesRoute } from "./markets.route.ts";

export function mountMarkets(app: App, services: ApiServices): void {
  app.openapi(depthRoute, depthHandler(services));
  app.openapi(marketTradesRoute, marketTradesHandler(services));
}
