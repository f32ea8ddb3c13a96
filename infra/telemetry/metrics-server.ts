import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `GET /metrics` in Prometheus' format, on a port of its own. Metrics are worth a warning, not a failure: where
 * the port cannot be had it says so, and there is none (null).
 * @param port 0: nowhere
 */
export async function serveMetrics(
  metrics: Metrics,
  { metricsHost: host, metricsPort: port }: { readonly metricsHost: string; readonly metricsPort: number },
  logger: Logger,
): Promise<MetricsServer | null> {
  if (port === 0) return null;
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => {
        response
          .writeHead(200, { "content-type": metrics.contentType, "cache-control": "no-store" })
          .end(text);
      },
      () => response.writeHead(500).end(),
    );
  });
  try {
    await listening(server, port, host);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    logger.warn({ host, port, code }, "no metrics: telemetry.metrics_port cannot be had");
    return null;
  }
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
