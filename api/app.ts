import { OpenAPIHono } from "@hono/zod-openapi";
import { authentication } from "./auth/middleware.ts";
import type { Authenticator } from "./auth/principal.ts";
import type { ApiServices, App, AppEnv } from "./context.ts";
import { errorHandler } from "./errors.ts";
import { loopbackOnly } from "./middleware/loopback.ts";
import { responseHeaders } from "./middleware/response-headers.ts";
import { notFoundHandler } from "./not-found.ts";
import { mountAdmin } from "./routes/admin/index.ts";
import { mountMarkets } from "./routes/markets/index.ts";
import { mountOrderLists } from "./routes/order-lists/index.ts";
import { mountOrders } from "./routes/orders/index.ts";
import { mountService } from "./routes/service/index.ts";
import { mountSymbols } from "./routes/symbols/index.ts";
import { mountTrades } from "./routes/trades/index.ts";
import { validationHook } from "./validation.ts";

const BASE_PATH = "/api/v1";

export interface AppDependencies extends ApiServices {
  /** Asked in turn; none of them: nobody can call what is not public. */
  readonly authenticators: readonly Authenticator[];
}

/**
 * The whole HTTP interface. `createApp(…).fetch` needs no port: any host that hands it Requests can
 * serve it, as many of them at a time as it likes.
 */
export function createApp(dependencies: AppDependencies): App {
  const { settings, authenticators, ...rest } = dependencies;
  const services: ApiServices = { settings, ...rest };
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  app.onError(errorHandler(services.logger));
  app.use(responseHeaders(() => requestId(services)));
  if (settings.loopbackOnly) app.use(loopbackOnly());
  app.use(`${BASE_PATH}/*`, authentication(authenticators));

  const api: App = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  mountOrders(api, services);
  mountOrderLists(api, services);
  mountTrades(api, services);
  mountSymbols(api, services);
  mountMarkets(api, services);
  mountAdmin(api, services);
  app.route(BASE_PATH, api);
  mountService(app, services);
  app.notFound(notFoundHandler(app));
  return app;
}

function requestId(services: ApiServices): string {
  return services.random(8).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
}
