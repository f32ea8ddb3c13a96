import type { ApiServices, App } from "../../context.ts";
import { cancelListHandler, getListHandler, placeListHandler } from "./order-lists.handler.ts";
import { cancelListRoute, getListRoute, placeListRoute } from "./order-lists.route.ts";

export function mountOrderLists(app: App, services: ApiServices): void {
  app.openapi(placeListRoute(services.settings), placeListHandler(services));
  app.openapi(getListRoute, getListHandler(services));
  app.openapi(cancelListRoute, cancelListHandler(services));
}
