import type { ApiServices, App } from "../../context.ts";
import {
  adminCancelHandler,
  defineSymbolHandler,
  killSwitchHandler,
  setStatusHandler,
} from "./admin.handler.ts";
import { adminCancelRoute, defineSymbolRoute, killSwitchRoute, setStatusRoute } from "./admin.route.ts";

export function mountAdmin(app: App, services: ApiServices): void {
  const { settings } = services;
  app.openapi(defineSymbolRoute(settings), defineSymbolHandler(services));
  app.openapi(setStatusRoute(settings), setStatusHandler(services));
  app.openapi(killSwitchRoute(settings), killSwitchHandler(services));
  app.openapi(adminCancelRoute, adminCancelHandler(services));
}
