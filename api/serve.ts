import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type DenoUpgrade, upgradeOnDeno } from "./stream/sockets/deno-socket.ts";
import { takeUpgrades } from "./stream/sockets/node-sockets.ts";
import { asksForWebSocket, type UpgradeOffer } from "./stream/sockets/socket.ts";

/** A listening server, whichever runtime it is on. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new requests, lets those that are being answered finish, then resolves. */
  close(): Promise<void>;
}

/** The other end of the connection that a request came by. */
export interface Peer {
  /** Its IP address; "" where the runtime does not know it (any more). */
  readonly peerAddress: string;
  /** With a request for a WebSocket. */
  readonly upgradeOffer?: UpgradeOffer;
}

export interface ServeOptions {
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
  /**
   * How long a request may take to arrive. Deno's server has no such bound: there the app bounds the
   * body, and what stands in front of the process its head.
   */
  readonly readTimeoutMs: number;
  /** How long a client may leave an answer untaken (Node; Deno's server has no such bound). */
  readonly writeTimeoutMs: number;
  /** A WebSocket whose client answers no ping for so long is closed. Default 30 s. */
  readonly idleTimeoutMs?: number;
}

const IDLE_TIMEOUT_MS = 30_000;

/** The port is somebody else's. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

/** Of Deno, only what is used here: the sources compile without its types. */
interface DenoRuntime extends DenoUpgrade {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

/** Listens; rejects with PortTakenError where the port is in use. */
export async function serve(options: ServeOptions): Promise<HttpServer> {
  const { Deno: deno } = globalThis as { Deno?: DenoRuntime };
  try {
    return deno === undefined ? await serveOnNode(options) : serveOnDeno(deno, options);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    throw new PortTakenError(`port ${options.port} of ${options.hostname} is in use`, { cause: error });
  }
}

function serveOnDeno(deno: DenoRuntime, options: ServeOptions): HttpServer {
  const { hostname, port, fetch, idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
  const server = deno.serve({ hostname, port, onListen: () => undefined }, (request, info) => {
    const peerAddress = info.remoteAddr.hostname ?? "";
    if (!asksForWebSocket(request)) return fetch(request, { peerAddress });
    const upgradeOffer: UpgradeOffer = { accept: null };
    return Promise.resolve(fetch(request, { peerAddress, upgradeOffer })).then((response) =>
      upgradeOffer.accept === null
        ? response
        : upgradeOnDeno(deno, request, upgradeOffer.accept, { idleTimeoutMs }),
    );
  });
  return { port: server.addr.port, close: () => server.shutdown() };
}

/** How often Node looks for requests that are late. */
const LOOK_EVERY_MS = 1_000;

async function serveOnNode(options: ServeOptions): Promise<HttpServer> {
  const { hostname, port, fetch, readTimeoutMs, writeTimeoutMs, idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => fetch(request, { peerAddress: incoming.socket.remoteAddress ?? "" }),
    // Globals stay the runtime's own: the same sources run beside other code.
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: readTimeoutMs,
      headersTimeout: readTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, readTimeoutMs),
    },
  });
  if ("timeout" in server) {
    server.timeout = writeTimeoutMs;
    // A connection on which a handler still thinks is quiet too: only what lies untaken ends it.
    server.on("timeout", (socket: Socket) => {
      if (socket.writableLength > 0) socket.destroy();
    });
  }
  const endSockets = takeUpgrades(
    server as Server,
    async (request, peerAddress, upgradeOffer) => fetch(request, { peerAddress, upgradeOffer }),
    { idleTimeoutMs },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endSockets();
        // Kept-alive connections without a request would hold the end up.
        if ("closeIdleConnections" in server) server.closeIdleConnections();
      }),
  };
}

function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "AddrInUse" || ("code" in error && error.code === "EADDRINUSE");
}
