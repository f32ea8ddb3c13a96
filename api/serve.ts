import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

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
}

export interface ServeOptions {
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
  /** How long a request may take to arrive (Node; Deno's server bounds it itself). */
  readonly readTimeoutMs: number;
}

/** The port is somebody else's. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

/** Of Deno, only what is used here: the sources compile without its types. */
interface DenoRuntime {
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

function serveOnDeno(deno: DenoRuntime, { hostname, port, fetch }: ServeOptions): HttpServer {
  const server = deno.serve({ hostname, port, onListen: () => undefined }, (request, info) =>
    fetch(request, { peerAddress: info.remoteAddr.hostname ?? "" }),
  );
  return { port: server.addr.port, close: () => server.shutdown() };
}

async function serveOnNode({ hostname, port, fetch, readTimeoutMs }: ServeOptions): Promise<HttpServer> {
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => fetch(request, { peerAddress: incoming.socket.remoteAddress ?? "" }),
    // Globals stay the runtime's own: the same sources run beside other code.
    overrideGlobalObjects: false,
    serverOptions: { requestTimeout: readTimeoutMs, headersTimeout: readTimeoutMs },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Kept-alive connections without a request would hold the end up.
        if ("closeIdleConnections" in server) server.closeIdleConnections();
      }),
  };
}

function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "AddrInUse" || ("code" in error && error.code === "EADDRINUSE");
}
