import type { ApiServices, App } from "../../context.ts";
import { mountAsyncDocument } from "./async-document-route.ts";
import { mountDocs } from "./docs.ts";
import { mountDocument } from "./document.ts";
import { healthHandler, readyHandler } from "./health.handler.ts";
import { healthRoute, readyRoute } from "./health.route.ts";
import { mountProblems } from "./problems.ts";

/** What has no base path. */
export function mountService(app: App, services: ApiServices): void {
  app.openapi(healthRoute, healthHandler(services));
  app.openapi(readyRoute, readyHandler(services));
  mountDocument(app, services);
  mountAsyncDocument(app, services);
  mountDocs(app, services);
  mountProblems(app);
}
