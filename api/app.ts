import { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiServices, App, AppEnv } from "./context.ts";
import { errorHandler } from "./errors.ts";
import { admission } from "./middleware/admission.ts";
import { clientAddress } from "./middleware/client-address.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { loopbackOnly } from "./middleware/loopback.ts";
import { observed } from "./middleware/observed.ts";
import { responseHeaders } from "./middleware/response-headers.ts";
import { notFoundHandler } from "./not-found.ts";
import { mountAdmin } from "./routes/admin/index.ts";
import { mountApiKeys } from "./routes/api-keys/index.ts";
import { mountConsole } from "./routes/console/index.ts";
import { mountMarkets } from "./routes/markets/index.ts";
import { mountOrderLists } from "./routes/order-lists/index.ts";
import { mountOrders } from "./routes/orders/index.ts";
import { mountService } from "./routes/service/index.ts";
import { mountStream } from "./routes/stream/index.ts";
import { mountSymbols } from "./routes/symbols/index.ts";
import { mountTrades } from "./routes/trades/index.ts";
import { validationHook } from "./validation.ts";

const BASE_PATH = "/api/v1";

/**
 * The whole HTTP interface. `createApp(…).fetch` needs no port: any host that hands it Requests can
 * serve it, as many of them at a time as it likes.
 */
export function createApp(services: ApiServices): App {
  const { settings } = services;
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  app.onError(errorHandler(services.logger));
  app.use(responseHeaders(() => requestId(services)));
  app.use(observed(services));
  if (settings.loopbackOnly) app.use(loopbackOnly());
  if (settings.corsOrigins.length > 0) app.use(crossOrigin(settings.corsOrigins));
  app.use(clientAddress(settings.trustedProxies));
  app.use(`${BASE_PATH}/*`, admission(services));

  const api: App = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  mountOrders(api, services);
  mountOrderLists(api, services);
  mountTrades(api, services);
  mountSymbols(api, services);
  mountApiKeys(api, services);
  mountMarkets(api, services);
  mountAdmin(api, services);
  app.route(BASE_PATH, api);
  mountService(app, services);
  mountStream(app, services);
  mountConsole(app, services);
  app.notFound(notFoundHandler(app));
  return app;
}

function requestId(services: ApiServices): string {
  return services.random(8).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
}
