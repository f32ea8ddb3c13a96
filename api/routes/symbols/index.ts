import type { ApiServices, App } from "../../context.ts";
import { getSymbolHandler, listSymbolsHandler, timeHandler } from "./symbols.handler.ts";
import { getSymbolRoute, listSymbolsRoute, timeRoute } from "./symbols.route.ts";

export function mountSymbols(app: App, services: ApiServices): void {
  app.openapi(listSymbolsRoute, listSymbolsHandler(services));
  app.openapi(getSymbolRoute, getSymbolHandler(services));
  app.openapi(timeRoute, timeHandler(services));
}
