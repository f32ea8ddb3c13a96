/** One WebSocket, whichever runtime serves it. */
export interface StreamSocket {
  /** Hands a text message on; never waits, never throws; nothing once it is closed. */
  send(text: string): void;
  /** Bytes that were sent and are not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** Says why and closes; ends the connection by force where the other side does not answer. */
  close(code: number, reason: string): void;
}

export interface SocketListener {
  message(text: string): void;
  /** A message that is no text, or is too large. */
  unreadable(): void;
  /** It is gone, for whatever reason. Called once. */
  closed(): void;
}

/** Takes a WebSocket over. */
export type Accept = (socket: StreamSocket) => SocketListener;

/**
 * What a server hands to the app with a request that asks for a WebSocket: the app that wants it puts in
 * who takes it over. If it does not, its response refuses.
 */
export interface UpgradeOffer {
  accept: Accept | null;
}

export interface SocketOptions {
  /** A client that answers no ping for so long is closed. */
  readonly idleTimeoutMs: number;
}

/** Largest message that a client may send. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** True for a request that asks for a WebSocket. */
export function asksForWebSocket(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}
