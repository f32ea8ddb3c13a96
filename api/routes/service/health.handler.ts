import type { RouteHandler } from "@hono/zod-openapi";
import type { ApiServices, AppEnv } from "../../context.ts";
import type { ServiceCheck } from "../../ports.ts";
import type { HealthRoute, ReadyRoute } from "./health.route.ts";

/** A probe waits no longer than this for a service. */
const CHECK_TIMEOUT_MS = 2_000;

export function healthHandler(services: ApiServices): RouteHandler<HealthRoute, AppEnv> {
  return (context) => context.json({ status: "ok" as const, version: services.settings.version }, 200);
}

export function readyHandler(services: ApiServices): RouteHandler<ReadyRoute, AppEnv> {
  const quiet = new Set(services.checks.filter((check) => check.quiet === true).map((check) => check.name));
  const words = (check: ServiceCheck) => (check.harmless === true ? "degraded" : "unavailable");
  return async (context) => {
    const states = await Promise.all(
      services.checks.map(
        async (check) => [check.name, (await passes(check)) ? "ok" : words(check)] as const,
      ),
    );
    const shown = states.filter(([name, state]) => state !== "ok" || !quiet.has(name));
    const isReady = states.every(([, state]) => state !== "unavailable");
    const body = {
      status: isReady ? ("ready" as const) : ("not ready" as const),
      services: Object.fromEntries(shown),
    };
    return context.json(body, isReady ? 200 : 503);
  };
}

async function passes(check: ServiceCheck): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check.check(), timeout]);
  } catch {
    // The answer names the service; its connections' own events say what is wrong with it.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
