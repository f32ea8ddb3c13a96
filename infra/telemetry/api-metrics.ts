import type { Metrics } from "./metrics.ts";

const MS = 1_000;

/** What only a look asks for. */
export interface ApiMetricSources {
  /** Commands that wait for their confirm or their outcome. */
  pendingCommands(): number;
}

/**
 * Turns what the API tells of itself (`api/observer.ts`, which this fits without importing it) into metrics.
 * Groups and routes are few, so their children are kept.
 */
export function measureApi(metrics: Metrics, sources: () => ApiMetricSources | null) {
  const httpSeconds = metrics.of("httpSeconds");
  const httpInFlight = metrics.of("httpInFlight");
  const clients = metrics.of("webSocketClients");
  const messages = metrics.of("webSocketMessages");
  metrics.beforeEachLook(() => metrics.of("commandsPending").set(sources()?.pendingCommands() ?? 0));

  const published = keeping((group) => metrics.of("commandsPublished").labels({ group }));
  const confirmSeconds = keeping((group) => metrics.of("confirmSeconds").labels({ group }));
  const commandSeconds = keeping((group) => metrics.of("commandSeconds").labels({ group }));

  return {
    requestBegan: () => httpInFlight.inc(),
    requestAnswered: (method: string, route: string, status: number, tookMs: number) => {
      httpInFlight.dec();
      httpSeconds.observe({ method, route, status: String(status) }, tookMs / MS);
    },
    published: (group: string, commands: number) => published(group).inc(commands),
    confirmed: (group: string, confirmation: string, commands: number, tookMs: number) => {
      metrics.of("commandsConfirmed").inc({ group, confirmation }, commands);
      confirmSeconds(group).observe(tookMs / MS);
    },
    settled: (group: string, settlement: string, tookMs: number) => {
      metrics.of("commandsSettled").inc({ group, settlement });
      if (settlement === "outcome") commandSeconds(group).observe(tookMs / MS);
    },
    webSocketOpened: () => clients.inc(),
    webSocketClosed: () => clients.dec(),
    webSocketSent: (count: number) => messages.inc(count),
    webSocketDropped: (reason: string) => metrics.of("webSocketDrops").inc({ reason }),
  };
}

function keeping<T>(make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    let found = kept.get(key);
    if (found === undefined) {
      found = make(key);
      kept.set(key, found);
    }
    return found;
  };
}
