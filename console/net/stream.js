// @ts-check
/**
 * The connection to `/ws`: opened again whenever it ends, with the same channels, the same caller and, for the
 * caller's orders, from where the last one ended. What the messages mean is for whoever listens.
 */

/**
 * @typedef {import("../../api/schemas/stream.ts").StreamMessage} StreamMessage
 * @typedef {import("../../api/schemas/stream-requests.ts").StreamPosition} StreamPosition
 * @typedef {() => Promise<object>} AuthMessage the fields of an `auth` request
 *
 * @typedef {object} StreamListener
 * @property {(message: StreamMessage) => void} message
 * @property {(state: "connecting" | "open" | "closed") => void} state
 * @property {(latencyMs: number) => void} latency there and back
 */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const PING_EVERY_MS = 5_000;
/** Two pings without an answer: the connection leads nowhere. */
const SILENT_AFTER_MS = 2 * PING_EVERY_MS + 1_000;

/** What cannot be served just now is asked for again after a while. */
const NOT_AVAILABLE_PAUSE_MS = 1_000;

const ORDERS = "orders";

export class Stream {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Set<string>} */
  #channels = new Set();
  /** @type {AuthMessage | null} */
  #auth = null;
  /** @type {readonly StreamPosition[]} */
  #positions = [];
  #pauseMs = FIRST_PAUSE_MS;
  #requests = 0;
  #heardAt = 0;
  /** When each ping that is not answered was sent. @type {Map<number, number>} */
  #pings = new Map();

  /**
   * @param {string} url
   * @param {StreamListener} listener
   */
  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
    setInterval(() => this.#ping(), PING_EVERY_MS);
    addEventListener("online", () => this.#retryNow());
  }
  #url;
  #listener;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  open() {
    clearTimeout(this.#retry);
    this.#listener.state("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => void this.#greet(socket));
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#hear(JSON.parse(data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  /** @param {readonly string[]} channels */
  subscribe(channels) {
    for (const channel of channels) this.#channels.add(channel);
    if (channels.length > 0) this.#send({ op: "subscribe", channels });
  }

  /** @param {readonly string[]} channels */
  unsubscribe(channels) {
    for (const channel of channels) this.#channels.delete(channel);
    if (channels.length > 0) this.#send({ op: "unsubscribe", channels });
  }

  /**
   * Ends channels and begins them again: each tells a snapshot.
   * @param {readonly string[]} channels
   */
  again(channels) {
    this.#send({ op: "unsubscribe", channels });
    this.#send({ op: "subscribe", channels });
  }

  /**
   * Another caller: a connection belongs to one, so it is a new one.
   * @param {AuthMessage | null} auth
   */
  authenticate(auth) {
    this.#auth = auth;
    this.#positions = [];
    if (auth === null) this.#channels.delete(ORDERS);
    else this.#channels.add(ORDERS);
    this.#socket?.close();
    this.#pauseMs = 0;
  }

  /** @param {readonly StreamPosition[]} positions where the caller now stands */
  keepPositions(positions) {
    const groups = new Set(positions.map(({ group }) => group));
    this.#positions = [...this.#positions.filter(({ group }) => !groups.has(group)), ...positions];
  }

  /** @param {WebSocket} socket */
  async #greet(socket) {
    this.#heardAt = performance.now();
    const auth = this.#auth;
    // A connection that was opened before the caller was known begins without the orders.
    const fields = auth === null ? null : await auth().catch(() => null);
    if (socket !== this.#socket || socket.readyState !== WebSocket.OPEN) return;
    if (fields !== null) this.#send({ op: "auth", ...fields });
    const market = [...this.#channels].filter((channel) => channel !== ORDERS);
    if (market.length > 0) this.#send({ op: "subscribe", channels: market });
    if (fields !== null) {
      const resume = this.#positions.length > 0 ? { resume: this.#positions } : {};
      this.#send({ op: "subscribe", channels: [ORDERS], ...resume });
    }
    this.#listener.state("open");
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#ping();
  }

  /** @param {StreamMessage} message */
  #hear(message) {
    this.#heardAt = performance.now();
    if (message.type === "pong" && typeof message.id === "number") {
      const sentAt = this.#pings.get(message.id);
      this.#pings.delete(message.id);
      if (sentAt !== undefined) this.#listener.latency(performance.now() - sentAt);
      return;
    }
    if (message.type === "error" && message.code === "NOT_AVAILABLE") {
      // Which request it was about does not matter: a new connection makes all of them again.
      const socket = this.#socket;
      setTimeout(() => socket?.close(), NOT_AVAILABLE_PAUSE_MS);
    }
    this.#listener.message(message);
  }

  #lost() {
    this.#socket = null;
    this.#pings.clear();
    this.#listener.state("closed");
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.open(), this.#pauseMs * (0.75 + Math.random() / 2));
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
  }

  #retryNow() {
    if (this.#socket !== null) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.open();
  }

  #ping() {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (performance.now() - this.#heardAt > SILENT_AFTER_MS) {
      // `close` would wait for the other side's answer, which does not come.
      this.#lost();
      socket.close();
      return;
    }
    this.#requests += 1;
    this.#pings.set(this.#requests, performance.now());
    this.#send({ op: "ping", id: this.#requests });
  }

  /** @param {object} request */
  #send(request) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }
}
