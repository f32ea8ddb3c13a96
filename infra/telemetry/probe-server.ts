import { createServer, type Server } from "node:http";

/** What a probe is answered: the body, and whether all is well. */
export interface ProbeAnswer {
  readonly ok: boolean;
  readonly body: object;
}

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A small HTTP server for probes: `GET /health` and `GET /ready`, 200 or 503 with JSON.
 * Rejects when the port cannot be had.
 */
export function startProbeServer(
  port: number,
  probes: { readonly health: () => ProbeAnswer; readonly ready: () => ProbeAnswer },
): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    const probe = { "/health": probes.health, "/ready": probes.ready }[request.url ?? ""];
    if (request.method !== "GET" || probe === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { ok, body } = probe();
    response.writeHead(ok ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      resolve({ port: bound, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
