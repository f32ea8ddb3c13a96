import { type Accept, MAX_MESSAGE_BYTES, type SocketOptions, type StreamSocket } from "./socket.ts";

/** Of Deno, only what is used here: the sources compile without its types. */
export interface DenoUpgrade {
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { readonly socket: WebSocket; readonly response: Response };
}

/**
 * Takes over the connection of a request. The runtime itself pings, and closes one that does not answer.
 * The response must go out as it is.
 */
export function upgradeOnDeno(
  deno: DenoUpgrade,
  request: Request,
  accept: Accept,
  { idleTimeoutMs }: SocketOptions,
): Response {
  const { socket, response } = deno.upgradeWebSocket(request, {
    idleTimeout: Math.max(1, Math.round(idleTimeoutMs / 1_000)),
  });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    const listener = accept(streamSocket(socket));
    let open = true;
    const end = (): void => {
      if (!open) return;
      open = false;
      listener.closed();
    };
    socket.onmessage = (event: MessageEvent) => {
      const data: unknown = event.data;
      if (!open) return;
      if (typeof data === "string" && data.length <= MAX_MESSAGE_BYTES) listener.message(data);
      else listener.unreadable();
    };
    socket.onclose = end;
    socket.onerror = end;
  };
  return response;
}

function streamSocket(socket: WebSocket): StreamSocket {
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close(code, reason) {
      if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
    },
  };
}
