import type { ApiServices, App } from "../../context.ts";
import { createApiKeyHandler, listApiKeysHandler, revokeApiKeyHandler } from "./api-keys.handler.ts";
import { createApiKeyRoute, listApiKeysRoute, revokeApiKeyRoute } from "./api-keys.route.ts";

export function mountApiKeys(app: App, services: ApiServices): void {
  app.openapi(createApiKeyRoute(services.settings), createApiKeyHandler(services));
  app.openapi(listApiKeysRoute, listApiKeysHandler(services));
  app.openapi(revokeApiKeyRoute, revokeApiKeyHandler(services));
}
