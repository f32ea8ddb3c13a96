import type { ApiServices, App } from "../../context.ts";
import { listTradesHandler } from "./trades.handler.ts";
import { listTradesRoute } from "./trades.route.ts";

export function mountTrades(app: App, services: ApiServices): void {
  app.openapi(listTradesRoute, listTradesHandler(services));
}
