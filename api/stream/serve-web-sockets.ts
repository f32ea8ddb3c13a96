import type { Config } from "../../infra/config/config.ts";
import type { ApiLogger } from "../ports.ts";
import { type HttpServer, type Peer, PortTakenError, serve } from "../serve.ts";

const NOT_FOUND = 404;

/**
 * The WebSocket on a port of its own, beside the API's, which has it too: a balancer may treat the two
 * differently. Null where the port is somebody else's: nothing is missing then.
 * @param fetch the app's
 */
export async function serveWebSockets(
  config: Config,
  fetch: (request: Request, peer: Peer) => Response | Promise<Response>,
  logger: ApiLogger,
): Promise<HttpServer | null> {
  const { host, websocketPort, readTimeoutMs, writeTimeoutMs } = config.server;
  try {
    const server = await serve({
      hostname: host,
      port: websocketPort,
      // Nothing else is served there, but what a balancer asks.
      fetch: (request, peer) => (isServed(request) ? fetch(request, peer) : notFound()),
      readTimeoutMs,
      writeTimeoutMs,
      idleTimeoutMs: config.stream.idleTimeoutMs,
    });
    logger.info({ host, port: server.port }, "listening for WebSockets");
    return server;
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    logger.warn(
      { port: websocketPort },
      "server.websocket_port is in use: WebSockets by the API's port only",
    );
    return null;
  }
}

function isServed(request: Request): boolean {
  return ["/ws", "/health", "/ready"].includes(new URL(request.url).pathname);
}

function notFound(): Response {
  return new Response(null, { status: NOT_FOUND });
}
