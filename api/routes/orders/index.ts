import type { ApiServices, App } from "../../context.ts";
import { batchHandler } from "./batch.handler.ts";
import { amendHandler, cancelAllHandler, cancelHandler, replaceHandler } from "./change.handler.ts";
import { amendRoute, cancelAllRoute, cancelRoute, replaceRoute } from "./change.route.ts";
import { placeHandler, testHandler } from "./place.handler.ts";
import { batchRoute, placeRoute, testRoute } from "./place.route.ts";
import { getByClientIdHandler, getOrderHandler, listOrdersHandler } from "./read.handler.ts";
import { getByClientIdRoute, getOrderRoute, listOrdersRoute } from "./read.route.ts";

export function mountOrders(app: App, services: ApiServices): void {
  const { settings } = services;
  app.openapi(placeRoute(settings), placeHandler(services));
  app.openapi(testRoute(settings), testHandler(services));
  app.openapi(batchRoute(settings), batchHandler(services));
  app.openapi(listOrdersRoute, listOrdersHandler(services));
  app.openapi(cancelAllRoute, cancelAllHandler(services));
  app.openapi(getByClientIdRoute, getByClientIdHandler(services));
  app.openapi(getOrderRoute, getOrderHandler(services));
  app.openapi(amendRoute(settings), amendHandler(services));
  app.openapi(cancelRoute, cancelHandler(services));
  app.openapi(replaceRoute(settings), replaceHandler(services));
}
