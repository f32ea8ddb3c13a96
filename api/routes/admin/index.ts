import type { ApiServices, App } from "../../context.ts";
import { audit } from "../../middleware/audit.ts";
import {
  adminCancelHandler,
  defineSymbolHandler,
  killSwitchHandler,
  setStatusHandler,
} from "./admin.handler.ts";
import { adminCancelRoute, defineSymbolRoute, killSwitchRoute, setStatusRoute } from "./admin.route.ts";
import { enginesHandler, eventsHandler } from "./operations.handler.ts";
import { enginesRoute, eventsRoute } from "./operations.route.ts";

export function mountAdmin(app: App, services: ApiServices): void {
  const { settings } = services;
  app.use("/admin/*", audit(services));
  app.openapi(defineSymbolRoute(settings), defineSymbolHandler(services));
  app.openapi(setStatusRoute(settings), setStatusHandler(services));
  app.openapi(killSwitchRoute(settings), killSwitchHandler(services));
  app.openapi(enginesRoute, enginesHandler(services));
  app.openapi(eventsRoute, eventsHandler(services));
  app.openapi(adminCancelRoute, adminCancelHandler(services));
}
