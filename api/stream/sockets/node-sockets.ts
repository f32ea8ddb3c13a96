import { Buffer } from "node:buffer";
import type { IncomingMessage, Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import {
  type Accept,
  MAX_MESSAGE_BYTES,
  type SocketOptions,
  type StreamSocket,
  type UpgradeOffer,
} from "./socket.ts";

/** How long a closing connection may take to say goodbye. */
const CLOSE_WITHIN_MS = 5_000;

/** Asks the app what becomes of a request for a WebSocket. */
export type AskApp = (request: Request, peerAddress: string, offer: UpgradeOffer) => Promise<Response>;

/** Lets a Node server take WebSockets. Returns what ends those that are open. */
export function takeUpgrades(server: Server, askApp: AskApp, options: SocketOptions): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Compression holds tens of kB of each connection, and costs more than it saves on small messages.
    perMessageDeflate: false,
    clientTracking: true,
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ignore = (): void => undefined;
    socket.on("error", ignore);
    const offer: UpgradeOffer = { accept: null };
    decide(incoming, askApp, offer).then(
      async (response) => {
        const { accept } = offer;
        if (socket.destroyed) return;
        if (accept === null) return refuse(socket, response);
        sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
          socket.off("error", ignore);
          attach(webSocket, accept, options);
        });
      },
      () => refuse(socket, new Response(null, { status: 500 })),
    );
  });
  return () => {
    for (const webSocket of sockets.clients) webSocket.terminate();
  };
}

async function decide(incoming: IncomingMessage, askApp: AskApp, offer: UpgradeOffer): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`);
  return askApp(new Request(url, { headers }), incoming.socket.remoteAddress ?? "", offer);
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`];
  response.headers.forEach((value, name) => {
    if (name !== "connection" && name !== "content-length") lines.push(`${name}: ${value}`);
  });
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  socket.write(lines.join("\r\n"));
  socket.end(body);
}

function attach(webSocket: WebSocket, accept: Accept, { idleTimeoutMs }: SocketOptions): void {
  const listener = accept(streamSocket(webSocket));
  let answered = true;
  const pinging = setInterval(() => {
    if (!answered) return webSocket.terminate();
    answered = false;
    webSocket.ping();
  }, idleTimeoutMs / 2);
  webSocket.on("pong", () => {
    answered = true;
  });
  webSocket.on("message", (data, isBinary) => {
    answered = true;
    if (isBinary) listener.unreadable();
    else listener.message(data.toString());
  });
  // Too large, a broken frame: the library closes the connection itself.
  webSocket.on("error", () => undefined);
  webSocket.on("close", () => {
    clearInterval(pinging);
    listener.closed();
  });
}

function streamSocket(webSocket: WebSocket): StreamSocket {
  return {
    send(text) {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(bytesOf(text), { binary: false });
    },
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    close(code, reason) {
      webSocket.close(code, reason);
      setTimeout(() => webSocket.terminate(), CLOSE_WITHIN_MS).unref();
    },
  };
}

let lastText = "";
let lastBytes = Buffer.alloc(0);

/** One message goes to many, one after the other: it is made bytes of once. */
function bytesOf(text: string): Buffer {
  if (text !== lastText) {
    lastText = text;
    lastBytes = Buffer.from(text);
  }
  return lastBytes;
}
