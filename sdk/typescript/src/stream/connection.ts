import type { StreamMessage, StreamRequest } from "./messages.ts";

export interface ConnectionOptions {
  /** `ws://` or `wss://`, with its path: `wss://example.com/ws`. */
  readonly url: string;
  /** First and longest wait before connecting again, milliseconds. Default 250 and 10,000. */
  readonly reconnectMs?: { readonly first: number; readonly longest: number };
  /** A connection that says nothing for so long is given up; it is asked twice in that time. Default 15,000. */
  readonly silenceMs?: number;
}

export interface ConnectionListener {
  /** Connected, as often as that happens. */
  connected(): void;
  message(message: StreamMessage): void;
  /** The connection is gone; it is tried again unless `close` was called. */
  disconnected(code: number, reason: string): void;
}

/** A WebSocket that comes back: connects again with growing waits, and notices a dead wire. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  #socket: WebSocket | null = null;
  #failures = 0;
  #heardAtMs = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
  }

  open(): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    let isOpen = false;
    let isOver = false;
    const over = (code: number, reason: string): void => {
      if (isOver) return;
      isOver = true;
      if (this.#socket === socket) this.#socket = null;
      clearInterval(this.#watch);
      if (isOpen) this.#listener.disconnected(code, reason);
      this.#again();
    };
    socket.onopen = () => {
      if (this.#closed) {
        socket.close();
        return;
      }
      isOpen = true;
      this.#heardAtMs = Date.now();
      this.#watch = setInterval(() => this.#listen(socket, over), this.#silenceMs / 2);
      this.#listener.connected();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (isOver || typeof event.data !== "string") return;
      this.#heardAtMs = Date.now();
      const message = JSON.parse(event.data) as StreamMessage;
      if (message.type === "welcome") this.#failures = 0;
      this.#listener.message(message);
    };
    socket.onclose = (event: CloseEvent) => over(event.code, event.reason);
    socket.onerror = () => {
      // `close` follows where the runtime says so; where it does not, this is all there is.
      if (!isOpen) over(1006, "");
    };
  }

  send(request: StreamRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#socket?.close(1000);
  }

  get #silenceMs(): number {
    return this.#options.silenceMs ?? 15_000;
  }

  #listen(socket: WebSocket, over: (code: number, reason: string) => void): void {
    const silentMs = Date.now() - this.#heardAtMs;
    if (silentMs >= this.#silenceMs) {
      socket.close();
      // A dead wire answers no goodbye.
      over(1006, "nothing was heard");
    } else if (silentMs >= this.#silenceMs / 2 - 1) {
      this.send({ op: "ping" });
    }
  }

  #again(): void {
    if (this.#closed) return;
    const { first, longest } = this.#options.reconnectMs ?? { first: 250, longest: 10_000 };
    const wholeMs = Math.min(longest, first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    // Many clients of one server must not come back in step.
    this.#retry = setTimeout(() => this.open(), wholeMs / 2 + (Math.random() * wholeMs) / 2);
  }
}
